"""What do the demo's reports, notes and decisions say? Short, plain and about nobody."""

#: (reporter type, organisation, what it says)
CONCERNS = [
    ("school", "Almskolan", "Frånvaron har ökat hela terminen. Eleven säger att det är bråk hemma."),
    ("school", "Bokskolan", "Eleven kommer ofta utan frukost och somnar på lektionerna."),
    ("school", "Eklundaskolan", "Eleven berättar att en äldre kamrat vill att hen förvarar saker i sitt skåp."),
    ("school", "Förskolan Kotten", "Barnet hämtades av en vuxen som luktade alkohol."),
    ("health", "Vårdcentralen Hjorten", "Uteblivna besök trots flera kallelser."),
    ("health", "Barnakuten", "Skadan stämmer dåligt med det som berättas."),
    ("health", "Tandvården", "Obehandlad karies, familjen har avbokat fyra gånger."),
    ("social_services", "Ekonomiskt bistånd", "Föräldern berättar om hot i hemmet."),
    ("police", "Polisen", "Lägenhetsbråk, barnen var hemma. Ingen skadad."),
    ("police", "Polisen", "Barnet träffades på ute sent på natten i sällskap med äldre ungdomar."),
    ("other_authority", "Kriminalvården", "En förälder har dömts till fängelse. Barnen bor kvar hemma."),
    ("private", "", "Höga skrik och gråt från grannlägenheten flera kvällar i rad."),
    ("private", "", "Barnet leker ensamt ute sent om kvällarna."),
    ("security_officer", "Resecentrum", "Ungdomen vistas i resecentrum varje kväll och vill inte gå hem."),
    ("custodian", "", "Jag orkar inte längre och behöver hjälp med min tonåring."),
]
SHOPS = [
    ("Klädbutiken Nålen", "Snattade för tredje gången denna månad, grät när personalen frågade om familjen."),
    ("Elektronikhallen", "Försökte sälja en telefon som inte verkade vara hans."),
    ("Kiosken Hörnet", "Står här varje skoldag. Säger att hen inte vågar gå till skolan."),
]
ARRESTS = [
    "Gripen för stöld i butik. Förhör planeras.",
    "Gripen för ringa narkotikabrott i centrum.",
    "Gripen för rån mot jämnårig.",
    "Gripen för skadegörelse på skola.",
    "Gripen för misshandel vid busstation.",
    "Gripen för olaga hot, kniv påträffad.",
    "Envarsgripande av väktare efter stöld, överlämnad till patrull.",
]
LOB = [
    "Omhändertagen berusad vid resecentrum.",
    "Omhändertagen berusad i parken, kunde inte ta hand om sig själv.",
    "Omhändertagen efter fest, hämtad av patrull.",
]
VIOLENCE = "Barnet berättar att en vuxen hemma slår."
DESCRIPTION = "Cirka 165 cm, mörk jacka, röd mössa. Vill inte säga sitt namn."

ASSESSED = "Bedömt utifrån anmälan, samtal med anmälaren och tidigare kännedom."
PROTECTED = "Barnet är hos mormor över natten, polisen informerad."
HELD = "Samråd med Barnahus behövs innan vårdnadshavaren kontaktas."
STILL_HELD = "Samrådet är inte klart."
RELEASED = "Samrådet är klart, vårdnadshavaren kan kontaktas."
GIVEN_UP = "Vistas utomlands och svarar inte på brev, telefon eller e-post."
NO_GUARDIAN = "Ensamkommande, god man är inte förordnad. Överförmyndaren är kontaktad."
HANDED_OVER = "Skyddsbedömning och första kontakt gjorda. Utredning föreslås."
DEVIATION = "Uppgifterna gäller ett barn som redan har flyttat till annan kommun."
CLOSED = "Utredningen visar vilket stöd familjen behöver."
PLANS = [
    "Skola, fritid och hem. Samtal med barnet och båda vårdnadshavarna, uppgifter från skolan.",
    "Umgänge och fritid. Samtal med barnet, uppgifter från polisen och fältgruppen.",
    "Hemmet och missbruk i familjen. Samtal med var och en, hembesök, uppgifter från vården.",
]
HEARD = "Barnet har berättat om hur det är hemma och i skolan, och vad det själv vill."
NOT_HEARD = "Barnet vill inte träffa oss än. Nytt försök görs tillsammans med skolan."
NOTES = [
    "Ringde tillbaka till anmälaren, inget nytt.",
    "Mötestid erbjuden på torsdag.",
    "Tolk bokad till nästa samtal.",
    "Skolan bekräftar att eleven är där i dag.",
]
SUPPLEMENTS = ["Ungdomen är hemsläppt.", "Förhöret är klart.", "Målsägandens förhör är inplanerat."]

#: (cause, what was done)
REVIEWS = [
    ("not_reachable", "Fem försök på två nummer. Hembesök gjordes dagen efter."),
    ("no_contact_details", "Numret var fel. Rätt nummer hämtat från skolan."),
    ("no_staff", "Två sjuka samma dag. Bemanningen ses över."),
    ("wrong_recipient", "Ärendet låg hos fel handläggare. Rutinen för frånvaro är ändrad."),
    ("late_notice", "Underrättelsen kom sent. Tas upp med polisområdet."),
    ("late_registration", "Samtalet hölls i tid men skrevs in först dagen efter."),
    ("other", "Genomgång med gruppen på måndagsmötet."),
]
