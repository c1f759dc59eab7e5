"""Small words that stand beside names, and words that no name of a person holds."""

from __future__ import annotations

from gatebook.evidence.names.words import fold, tokens


def _set(text: str) -> frozenset[str]:
    return frozenset(w for word in text.split() for w in tokens(fold(word)))


TITLES = _set(
    "mr mrs ms mx miss mister dr prof professor herr frau fraulein hr fr mme mlle monsieur madame mademoiselle sr sra srta "
    "senor senora senorita don dona dott dottssa sig sigra signor signora avv ing mag dipl pan pani panna bay bayan sayin sn "
    "shri smt sri kumari sir dame lady lord rev pastor sister brother hon judge meneer mevrouw dhr mevr doktor phd md esq jr iii "
    "السيد السيدة الدكتور الدكتورة الأستاذ الأستاذة د أ م श्री श्रीमती डॉ सुश्री г-н г-жа господин госпожа д-р"
)
CJK_TITLES = ("先生", "女士", "小姐", "老师", "老師", "医生", "博士", "さん", "様", "さま", "氏", "님", "씨", "선생님")
PARTICLES = _set(
    "de del della di da dos das do du des la le lo los las van von vom zu zur zum den der ter ten te bin ibn ben bint abu abd el al "
    "ul ur y e i af av mac mc ap t s d o 'l dell degli dalla بن ابن أبو عبد ال آل"
)
# No person's name begins so; towns do.
PLACE_STARTS = _set(
    "san santa santo sao saint st ste sankt fort ft new old los las la el port lake mount mt north south east west upper lower bad "
    "great little grand isle villa cape rio puerto ciudad nova nowy nowa stary bay"
)
# After a comma, of the United States and Canada.
STATES = _set(
    "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD "
    "TN TX UT VT VA WA WV WI WY AB BC MB NB NL NS ON PE QC SK"
)
# Signs that stand alone for days, seasons, directions, sizes, colours and numbers.
LONE_SIGNS = frozenset(
    "月火水木金土日东西南北東春夏秋冬大中小高低男女红黄蓝绿白黑赤青紅緑灰上下左右前后一二三四五六七八九十百千万是否有无優良可"
)
STREETS = _set("st ave av blvd rd pl ln ct pkwy hwy sq ter cir")  # at the end of an address
NO_NAMES = (
    _set(
        "true false male female wahr falsch vrai faux "
        "inc ltd llc llp plc gmbh ag kg ohg ug se sa sas sarl srl spa bv nv ab oy as aps kk pty corp corporation co company companies "
        "group holding holdings partners associates bros brothers sons industries international global systems solutions services "
        "service technologies technology software bank insurance airlines airways air motors foods media press labs lab studio "
        "hospital clinic klinik klinikum krankenhaus hopital szpital medical center centre center health care university universitat universitesi uniwersytet universidad universidade universita universiteit hochschule akademie "
        "college school institute academy church street road avenue lane drive boulevard square place plaza park strasse weg platz "
        "allee gasse rue avenida calle via ulica sokak caddesi city town county state island islands river mountain valley beach "
        "hills heights springs falls station airport hotel resort restaurant cafe bar pub grill kitchen pizza brewery brewing ale ipa "
        "lager stout porter pilsner beer wine team department dept office desk unit division branch region district support sales "
        "marketing finance accounting engineering operations product products project manager engineer analyst director assistant "
        "specialist officer agent bot user admin administrator system queue guest customer client vendor supplier nurse teacher driver "
        "technician consultant designer developer editor clerk worker and or the of for with und oder fur mit et ou pour avec con por "
        "para und the model version series edition collection club museum theatre theater foundation society union league cup "
        "stadium court house hall tower bridge gate garden gardens farm mill market store shop outlet mall red blue green black white "
        "brown yellow orange purple golden silver grey gray pink visa porsche handy hey not no yes none unknown other misc general"
    )
    - PARTICLES
)
# Names of people, which a text mentions as goods.
BRANDS = _set("bosch philips nike honda skoda renault gucci prada zara kindle echo alexa siri mercedes")
# What stands where nobody is named; it tells neither way.
PLACEHOLDERS = _set("unassigned nobody anonymous unbekannt inconnu desconocido niemand personne tbd tba system")

# A column called so may hold names of people; the last words count most.
NAME_COLUMNS = _set(
    "vorname vornamen nachname nachnamen familienname rufname prenom prenoms apellido apellidos firstname lastname surname "
    "forename fullname givenname familyname username imie nazwisko soyad soyadi isim adsoyad cognome sobrenome apelido achternaam "
    "voornaam fornavn efternavn etternavn fornamn efternamn имя фамилия фио отчество 姓名 氏名 名前 名字 姓 名 성명 이름 성함 नाम उपनाम "
    "الاسم اسم اللقب العائلة שם όνομα επώνυμο ονοματεπωνυμο"
)
WEAK_NAME_COLUMNS = _set("name names nom noms nombre nombres nome nomes naam navn namn ad adi nazwa")
BEARERS = _set(
    "agent handler assignee employee clerk operator doctor physician nurse teacher student pupil driver guest customer client user "
    "contact person passenger patient seller salesperson salesman saleswoman rep representative buyer grader annotator rater "
    "labeler labeller reviewer manager supervisor member author writer recipient sender applicant candidate advisor adviser "
    "owner assigned assignee staff worker analyst consultant lawyer attorney judge officer inspector coach player athlete director "
    "actor actress singer artist technician engineer caller claimant insured beneficiary borrower holder subscriber tenant resident "
    "participant subject interviewer respondent donor witness partner spouse mother father child parent by "
    "kunde kundin mitarbeiter mitarbeiterin bearbeiter sachbearbeiter berater betreuer verkaufer ansprechpartner vertreter arzt "
    "patientin schuler lehrer fahrer autor autorin nutzer benutzer verantwortlich verantwortlicher empfanger absender "
    "conseiller conseillere vendeur vendeuse employe employee auteur medecin eleve chauffeur responsable gestionnaire utilisateur "
    "vendedor vendedora asesor asesora empleado empleada cliente autora medico paciente alumno conductor encargado usuario "
    "danisman musteri calisan personel temsilci doktor hasta ogrenci yazar klient pracownik doradca sprzedawca pacjent lekarz autor "
    "opiekun kierowca cliente venditore dipendente paziente medico atendente funcionario vendeur klant medewerker verkoper "
    "клиент сотрудник менеджер автор пациент врач العميل الموظف البائع المؤلف المريض الطبيب 客户 员工 销售 作者 患者 医生 负责人 経手人 担当者 "
    "担当 顧客 社員 著者 고객 담당자 직원 저자 환자 ग्राहक कर्मचारी लेखक रोगी"
)
