"""Does a browser run anything of what somebody has typed?"""

from tests.faults.addresses import Place, abused
from tests.faults.filled import fill
from tests.faults.plan import Outcome, Skipped, experiment
from tests.faults.stand import Stands
from tests.faults.visitor import PASSWORD
from tests.front.browser import FLAGS, chromium_path

#: What has made browsers run a text; each calls `hit(N)`.
_PAYLOADS = (
    "<script>hit({n})</script>",
    "<img src=x onerror=hit({n})>",
    "<svg onload=hit({n})>",
    '"><script>hit({n})</script>',
    "'><img src=x onerror=hit({n})>",
    '" onfocus=hit({n}) autofocus x="',
    "' onmouseover=hit({n}) x='",
    "javascript:hit({n})",
    "</textarea><script>hit({n})</script>",
    "</title><script>hit({n})</script>",
    "<body onload=hit({n})>",
    "<iframe src=javascript:hit({n})>",
    "<iframe srcdoc='<script>parent.hit({n})</script>'>",
    "<details open ontoggle=hit({n})>",
    "<math><mtext></mtext><script>hit({n})</script>",
    "<a href=javascript:hit({n})>x</a>",
    "<object data=javascript:hit({n})>",
    "<embed src=javascript:hit({n})>",
    "<form><button formaction=javascript:hit({n})>x",
    "<input autofocus onfocus=hit({n})>",
    "<video><source onerror=hit({n})>",
    "<audio src=x onerror=hit({n})>",
    "<marquee onstart=hit({n})>",
    "<style>@import'//x'</style>",
    "<link rel=stylesheet href=//annan.example/x>",
    "<base href=//annan.example/>",
    "<meta http-equiv=refresh content='0;url=//x'>",
    "<!--><script>hit({n})</script>",
    "<![CDATA[<script>hit({n})</script>]]>",
    "&lt;script&gt;hit({n})&lt;/script&gt;",
    "&#60;script&#62;hit({n})&#60;/script&#62;",
    "\\u003cscript\\u003ehit({n})\\u003c/script\\u003e",
    "%3Cscript%3Ehit({n})%3C/script%3E",
    "<scr<script>ipt>hit({n})</script>",
    "<ScRiPt>hit({n})</ScRiPt>",
    "<svg><script>hit&#40;{n}&#41;</script>",
    "<x onclick=hit({n})>x",
    "<div style=background:url(javascript:hit({n}))>",
    "`${{hit({n})}}`",
    "{{constructor.constructor('hit({n})')()}}",
)
_WATCH = """
window.hits = []; window.hit = n => window.hits.push(n); window.violations = [];
document.addEventListener('securitypolicyviolation', e => window.violations.push(e.violatedDirective + ' ' + e.blockedURI));
"""
_SHOWS = (
    "", "timeline/", "deadlines/", "documents/", "process/", "log/", "contact/", "assessment/", "note/", "child/",
    "guardians/new/", "guardians/{guardian_id}/", "holds/", "holds/{hold_id}/renew/", "access/", "times/", "end/",
    "investigation/", "disclosures/", "disclosures/{disclosure_id}/correct/", "extracts/", "extracts/{extract_id}/",
)  # fmt: skip
_SHOWN_TO_THE_LEAD = (
    "/", "/?view=all", "/board/", "/board/holds/", "/waiting/", "/since/", "/inbox/", "/breaches/", "/disclosures/",
    "/investigations/",
)  # fmt: skip


@experiment(
    "F26",
    "no text that somebody has typed is run by a browser, nor would be without the policy: nothing is called, nothing violated",
    short=dict(payloads=1),
    long=dict(payloads=len(_PAYLOADS)),
)
def scripted(stands: Stands, outcome: Outcome, *, payloads: int) -> None:
    if not (program := chromium_path()):
        raise Skipped("a browser is needed")
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only where there is a browser

    stand = abused(stands)
    places = [
        fill(stand, text[:40], text, whereabouts=text, summary=text)
        for number, payload in enumerate(_PAYLOADS[:: -(-len(_PAYLOADS) // payloads)])
        for text in [payload.format(n=number)]
    ]
    wrong: list[str] = []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=program, args=list(FLAGS))
        # Without the policy too: what it would have stopped was not written out rightly.
        for is_bare in (False, True):
            context = browser.new_context(bypass_csp=is_bare)
            context.add_init_script(_WATCH)
            page = context.new_page()
            page.on("dialog", lambda dialog: (wrong.append("dialog"), dialog.dismiss()))
            page.goto(f"http://127.0.0.1:{stand.product.port}/login/")
            page.fill("[name=username]", "sara.lindh")
            page.fill("[name=password]", PASSWORD)
            page.press("[name=password]", "Enter")
            page.wait_for_url("**/")
            for where in [*_SHOWN_TO_THE_LEAD, *(one for place in places for one in _pages(place))]:
                page.goto(f"http://127.0.0.1:{stand.product.port}{where}")
                said = page.evaluate("[window.hits, window.violations]")
                outcome.n += 1
                if said != [[], []]:
                    wrong.append(f"{where}: {said}")
            context.close()
        browser.close()
    outcome.faults["payloads"] = len(places)
    raw = [one for one in stand.sink.contents if b"hit(" in one]
    outcome.figures = {
        "pages": outcome.n,
        "payloads": len(places),
        "run_or_violated": len(wrong),
        "mails_with_one": len(raw),
    }
    outcome.must(f"nothing is run, nothing violated: {wrong[:8]}", not wrong)
    outcome.must("no mail holds one", not raw)


def _pages(place: Place) -> list[str]:
    return [
        *(f"/cases/{place.case}/{one.format(**place.holes)}" for one in _SHOWS),
        f"/breaches/{place.holes['breach_id']}/",
    ]
