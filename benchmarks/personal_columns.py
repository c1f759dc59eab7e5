"""Columns of people's names that pass, and other columns that are withheld wrongly.

    pip install mimesis
    python benchmarks/personal_columns.py [FOLDER ...] [--seed 1] [--each 4] [--show]

Names are written below by hand; the detector's own lists come from packages. Towns, firms, jobs and other words come
from mimesis and from lists below. FOLDERs hold CSV files, read in place. Columns of public tables that do hold people
were found
by hand: `PEOPLE` names them, and they are left out of the second figure.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from gatebook.checks.personal import people_columns
from gatebook.checks.source import read
from gatebook.names.column import prior
from gatebook.names.words import fold

NAMES = {  # given names, family names: common and less common ones, written by hand
    "English": (
        (
            "Oliver Harriet Desmond Poppy Gareth Beatrice Nigel Imogen Tyler Savannah Brandon Kayleigh Derek Philippa "
            "Marcus Tamsin Wyatt Brooke Clive Rosalind"
        ),
        (
            "Atkinson Hargreaves Whitfield Pemberton Lockwood Ashworth Brennan Calloway Donovan Ellsworth Fairchild "
            "Gallagher Holloway Kendrick Langley Merriweather Norris Oakley Prescott Radcliffe"
        ),
    ),
    "German": (
        (
            "Jürgen Sieglinde Ansgar Dörte Thorsten Mareike Volker Heike Torben Friederike Uwe Anneliese "
            "Detlef Roswitha "
            "Björn Silke Hartmut Wiebke Gernot Traudl"
        ),
        (
            "Schwarzenberger Müller Kühn Lindemann Oberhuber Petersen Rademacher Steinmetz Trautmann Uhlig Vogelsang "
            "Wachtel Zimmermann Brinkmann Dörfler Eichhorn Feldkamp Grünwald Hesse Jäger"
        ),
    ),
    "French": (
        (
            "Thibault Solène Gaëtan Clémence Baptiste Maëlys Rémi Océane Fabien Manon Loïc Élodie Quentin "
            "Ségolène Yannick "
            "Bérénice Didier Josiane Hervé Coralie"
        ),
        (
            "Lefebvre Dumoulin Chevallier Roussel Delacroix Beaumont Guillaume Marchand Perrin Charpentier "
            "Besson Fontaine "
            "Gauthier Lemaire Mercier Noël Picard Renard Tessier Vasseur"
        ),
    ),
    "Spanish": (
        (
            "Javier Rocío Íñigo Macarena Gonzalo Pilar Álvaro Concepción Hernán Xiomara Ramiro Yolanda "
            "Eduardo Milagros "
            "Iván Nuria Osvaldo Graciela Fermín Begoña"
        ),
        (
            "Etxeberria Castañeda Villanueva Quiroga Zambrano Olivares Peñalver Ibáñez Cárdenas Montoya "
            "Sepúlveda Arriaga "
            "Belmonte Echeverría Fuentes Galindo Hinojosa Jiménez Lozano Maldonado"
        ),
    ),
    "Polish": (
        (
            "Zbigniew Katarzyna Grzegorz Małgorzata Krzysztof Agnieszka Wojciech Bożena Sławomir Jolanta Przemysław "
            "Grażyna Tadeusz Halina Mirosław Wioletta Szymon Zuzanna Bartosz Kinga"
        ),
        (
            "Wiśniewski Szczepańska Dąbrowski Wójcik Kaczmarek Mazur Krawczyk Piotrowska Grabowski Pawlak "
            "Michalska Zając "
            "Król Wieczorek Jabłońska Stępień Sikora Baran Duda Szewczyk"
        ),
    ),
    "Turkish": (
        (
            "Ayşegül Kerem Zeynep Oğuzhan Elif Mustafa Çağla Serkan Özlem Hüseyin Gülşen Tolga Nurcan Emre "
            "Şebnem İbrahim "
            "Dilek Volkan Sevgi Barış"
        ),
        (
            "Yıldız Kaya Demir Şahin Çelik Aydın Özdemir Arslan Doğan Kılıç Aslan Çetin Koç Kurt Özkan Şimşek Polat "
            "Erdoğan Güneş Aksoy"
        ),
    ),
    "Arabic": (
        "خالد نورة سلطان منى فيصل هدى طارق رانيا ياسر سلمى حسام دينا كريم لمى بدر شيماء عمر ريم سامي نادية",
        (
            "الغامدي الحربي القحطاني الشهري المطيري العتيبي الزهراني الدوسري حداد منصور عبدالله السيد حسين "
            "النجار الخطيب "
            "المصري إبراهيم عثمان الأحمد سليمان"
        ),
    ),
    "Arabic in Latin letters": (
        (
            "Khaled Noura Faisal Huda Tariq Rania Yasser Salma Hossam Dina Karim Lama Badr Shaimaa Omar Reem "
            "Sami Nadia "
            "Walid Amira"
        ),
        (
            "Al-Ghamdi Haddad Mansour El-Sayed Hussein Najjar Khatib Al-Masri Ibrahim Othman Al-Ahmad Suleiman "
            "Farouk Bakr "
            "Saleh Zaki Nasser Hamdan Qasim Darwish"
        ),
    ),
    "Chinese": (
        "伟 芳 娜 秀英 敏 静 丽 强 磊 军 洋 勇 艳 杰 娟 涛 明 超 秀兰 霞 子轩 梓涵 浩然 欣怡 俊杰 诗涵 建国 雨桐",
        "王 李 张 刘 陈 杨 赵 黄 周 吴 徐 孙 胡 朱 高 林 何 郭 马 罗 梁 宋 郑 谢 韩 唐",
    ),
    "Chinese in Latin letters": (
        "Wei Fang Xiuying Min Jing Qiang Lei Jun Yang Yong Xiaoming Jie Juan Tao Chao Xia Zixuan Haoran Xinyi Junjie",
        "Wang Li Zhang Liu Chen Yang Zhao Huang Zhou Wu Xu Sun Hu Zhu Gao Lin He Guo Ma Luo",
    ),
    "Hindi": (
        ("आरव विवान रोहन अर्जुन प्रिया अनन्या काव्या दीपक सुनीता मोहन राजेश नेहा पूजा अमित सीता गीता विकास संजय मीना राधा"),
        ("शर्मा वर्मा गुप्ता सिंह यादव पटेल जोशी मिश्रा पांडे चौहान अग्रवाल मेहता नायर रेड्डी कुमार तिवारी त्रिपाठी सक्सेना भट्ट कपूर"),
    ),
    "Hindi in Latin letters": (
        (
            "Aarav Vivaan Rohan Arjun Priya Ananya Kavya Deepak Sunita Mohan Rajesh Neha Pooja Amit Lakshmi "
            "Geeta Vikas "
            "Sanjay Meena Radha"
        ),
        (
            "Sharma Verma Gupta Singh Yadav Patel Joshi Mishra Pandey Chauhan Agarwal Mehta Nair Reddy Kumar "
            "Tiwari Iyer "
            "Saxena Bhatt Kapoor"
        ),
    ),
    "Japanese": (
        "翔太 美咲 健一 陽子 大輔 真由美 拓也 恵子 直樹 由美子 蓮 結衣 和也 千尋 隆 久美子 さくら ひかり 一郎 愛",
        "佐藤 鈴木 高橋 田中 渡辺 伊藤 山本 中村 小林 加藤 吉田 山田 佐々木 松本 井上 木村 清水 斎藤 森 池田",
    ),
    "Japanese in Latin letters": (
        (
            "Shota Misaki Kenichi Yoko Daisuke Mayumi Takuya Keiko Naoki Yumiko Ren Yui Kazuya Chihiro Takashi Kumiko "
            "Sakura Hikari Ichiro Ai"
        ),
        (
            "Sato Suzuki Takahashi Tanaka Watanabe Ito Yamamoto Nakamura Kobayashi Kato Yoshida Yamada Sasaki "
            "Matsumoto "
            "Inoue Kimura Shimizu Saito Mori Ikeda"
        ),
    ),
    "Italian": (
        (
            "Giancarlo Ludovica Raffaele Ornella Tommaso Ginevra Salvatore Mirella Ettore Fiorella Gaetano Loredana "
            "Massimiliano Patrizia Nicolò Samuela Ruggero Antonella Dario Elisabetta"
        ),
        (
            "Esposito Ferrara Bianchi Colombo Ricci Marino Greco Gallo Conti Mancini Lombardi Barbieri Moretti Fontana "
            "Santoro Caruso Rinaldi Pellegrini Palumbo Sanna"
        ),
    ),
    "Russian": (
        (
            "Дмитрий Екатерина Сергей Ольга Алексей Наталья Павел Светлана Никита Юлия Вячеслав Людмила Тимур "
            "Галина Егор "
            "Вероника Степан Лариса Арсений Ксения"
        ),
        (
            "Кузнецов Соколова Лебедев Козлова Новиков Морозова Петров Волкова Соловьёв Васильева Зайцев "
            "Павлова Семёнов "
            "Голубева Виноградов Богданова Воробьёв Фёдорова Михайлов Беляева"
        ),
    ),
    "Korean": (
        "민준 서연 지훈 수빈 현우 지은 준호 은지 성민 유진 동현 혜진 재현 미영 상훈 정희 영수 순자 태양 하늘",
        "김 이 박 최 정 강 조 윤 장 임 한 오 서 신 권 황 안 송 전 홍",
    ),
    "Dutch": (
        (
            "Joost Marloes Sander Annemarie Bram Femke Gijs Wilhelmina Jeroen Lieke Ruben Saskia Thijs Mieke "
            "Wouter Fenna "
            "Hendrik Anouk Pim Sanne"
        ),
        (
            "de Vries van den Berg Bakker Janssen Visser Smit Meijer de Boer Mulder Bos Vos Peters Hendriks "
            "van Leeuwen "
            "Dekker Brouwer de Wit Dijkstra Smits Kuiper"
        )
        .replace(" den ", "_den_")
        .replace("de ", "de_")
        .replace("van_", "van_")
        .replace("van ", "van_"),
    ),
    "Swedish": (
        (
            "Gunnar Ingrid Torbjörn Linnéa Magnus Birgitta Håkan Elsa Fredrik Agneta Mattias Ebba Göran Kerstin Rasmus "
            "Astrid Nils Märta Jonas Sigrid"
        ),
        (
            "Andersson Johansson Karlsson Nilsson Eriksson Larsson Olsson Persson Svensson Gustafsson "
            "Pettersson Jonsson "
            "Lindberg Lindström Bergqvist Sjöberg Hedlund Nyström Ekström Holmgren"
        ),
    ),
    "Vietnamese": (
        "Anh Bình Châu Dũng Giang Hương Khánh Linh Minh Ngọc Phương Quân Sơn Thảo Trang Tuấn Uyên Vân Xuân Yến",
        "Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý",
    ),
    "Nigerian": (
        (
            "Chinedu Ngozi Oluwaseun Adaeze Emeka Folake Ifeanyi Yetunde Babatunde Chiamaka Tunde Amaka Segun "
            "Funmilayo "
            "Obinna Kemi Uche Bolanle Kelechi Aisha"
        ),
        (
            "Okafor Adeyemi Okonkwo Balogun Eze Adebayo Nwosu Ogunleye Obi Afolabi Chukwu Olawale Nnamdi Ojo "
            "Ibrahim Uzoma "
            "Akande Onyeka Bello Danjuma"
        ),
    ),
}
NEUTRAL = ("value", "c7", "field_3", "info", "name", "key", "feld", "valeur", "dato", "col_b")
CALLED = {
    "full": (
        "agent_name",
        "patient_name",
        "advisor",
        "salesperson",
        "employee_id",
        "nom",
        "Kunde",
        "author_name",
        "user_name",
    ),
    "given": ("vorname", "prenom", "first", "imie", "agent"),
    "family": ("nachname", "apellido", "surname", "soyad", "advisor", "doctor"),
    "handle": ("user_name", "login", "owner", "assigned_to"),
}
LATIN = str.maketrans({" ": "", "'": "", "-": "", "\u2019": ""})


EAST = {"Chinese", "Japanese", "Korean"}  # the family name first and no blank
# Written in other letters than user names are, or with a family name that stands first.
NO_HANDLES = {*EAST, "Arabic", "Hindi", "Russian"}
FORMS = ("full", "first", "turned", "initial", "given", "family", "handle")


def written(form: str, given: str, family: str, language: str) -> str:
    """Return a name as a column writes it."""
    if form in CALLED and form not in {"full", "handle"}:
        return given if form == "given" else family
    if form == "handle":
        return f"{fold(given)}.{fold(family)}".translate(LATIN)
    if language in EAST:
        return family + (" " if form == "first" else "") + given
    texts = {"full": f"{given} {family}", "first": f"{family}, {given}", "turned": f"{family} {given}"}
    return texts.get(form, f"{given[0]}. {family}")


def columns_of_people(rng: random.Random, each: int) -> Iterator[tuple[str, str, str, Counter[str]]]:
    """Yield language, form, column name and values with their rows."""
    for language, (givens, families) in NAMES.items():
        given, family = givens.split(), [f.replace("_", " ") for f in families.split()]
        for form in FORMS:
            if form == "handle" and language in NO_HANDLES:
                continue
            for turn in range(each):
                count = rng.choice((5, 8, 20, 60, 500))
                kind = form if form in CALLED else "full"
                # a family name alone needs a column that says so; all others half the time
                column = rng.choice(CALLED[kind]) if form == "family" or turn % 2 else rng.choice(NEUTRAL)
                made = {written(form, rng.choice(given), rng.choice(family), language) for _ in range(count)}
                if len(made) >= 5:
                    yield language, form, column, Counter({v: rng.randint(5, 40) for v in sorted(made)})


def withheld(frame: pd.DataFrame) -> set[str]:
    """Return the columns of a frame that hold names of people, as a run finds them."""
    return people_columns(read(frame))


def frame_of(column: str, values: Counter[str]) -> pd.DataFrame:
    return pd.DataFrame({column: list(values.elements())})


def other_lists() -> Iterator[tuple[str, str, list[str]]]:
    """Yield a source, a column name and values that are no people."""
    from mimesis import Generic, Locale

    for locale in ("en", "de", "fr", "es", "pl", "tr", "ja", "zh", "ru", "it", "pt", "ar-eg", "nl", "sv", "cs"):
        made = Generic(Locale(locale), seed=7)
        for column, source in (
            ("city", made.address.city),
            ("state", made.address.state),
            ("country", made.address.country),
            ("street", made.address.street_name),
            ("company", made.finance.company),
            ("job", made.person.occupation),
            ("university", made.person.university),
            ("dish", made.food.dish),
            ("fruit", made.food.fruit),
            ("vegetable", made.food.vegetable),
            ("drink", made.food.drink),
            ("word", made.text.word),
            ("color", made.text.color),
            ("nationality", made.person.nationality),
            ("language", made.person.language),
            ("quote", made.text.quote),
            ("weekday", made.datetime.day_of_week),
            ("month", made.datetime.month),
        ):
            try:
                yield f"mimesis {locale}", column, [str(source()) for _ in range(60)]
            except (KeyError, AttributeError, NotImplementedError):
                continue
    for column, text in OWN.items():
        yield "own", column, text.split("|")


OWN = {
    "brand": "Apple|Samsung|Nokia|Sony|Bosch|Siemens|Miele|Dyson|Philips|Panasonic|Hugo Boss|Adidas|Nike|Puma|Levi's",
    "fashion": "Calvin Klein|Ralph Lauren|Gucci|Prada|Zara|H&M|Uniqlo|Louis Vuitton|Hermes|Burberry|Mango|Benetton",
    "car": "Ford|Toyota|Mercedes-Benz|Honda|Chevrolet|Dodge|Lincoln|Chrysler|Tesla|Kia|Seat|Skoda|Opel|Renault|Peugeot",
    "bank": "Deutsche Bank|Wells Fargo|Goldman Sachs|Morgan Stanley|HSBC|Barclays|Santander|Credit Suisse|UBS|ING",
    "company_name": (
        "Contoso Ltd|Northwind Traders|Fabrikam|Adventure Works|Tailspin Toys|Wingtip "
        "Toys|Litware|Proseware|Alpine Ski House"
    ),
    "customer": (
        "Siemens AG|Bayer|Allianz SE|Volkswagen|Deutsche Telekom|Lufthansa Group|Henkel|Continental|Adidas|Infineon"
    ),
    "client": (
        "Acme Corp|Globex Corporation|Initech|Umbrella|Stark Industries|Wayne Enterprises|Hooli|Vandelay "
        "Industries|Soylent"
    ),
    "model": "gpt-4|gpt-4o-mini|claude-3-opus|claude-3-haiku|llama-3-70b|mistral-large|gemini-1.5-pro|command-r",
    "llm": "Claude|Gemini|Llama|Mistral|Falcon|Bard|Grok|Phi|Qwen|Mixtral",
    "model_name": "ada|babbage|curie|davinci|bert|gpt2|t5|roberta",
    "airline": (
        "Delta Air Lines|United Airlines|American Airlines|JetBlue|Southwest|Alaska Airlines|Lufthansa|Air "
        "France|KLM|Emirates"
    ),
    "department": (
        "Sales|Marketing|Human Resources|Finance|Legal|Engineering|Customer Support|Operations|Procurement|Research"
    ),
    "hospital": (
        "St. Mary's Hospital|Mount Sinai|Mayo Clinic|Johns Hopkins Hospital|Cleveland Clinic|Mercy General|Providence"
    ),
    "species": (
        "Iris setosa|Iris versicolor|Iris virginica|Quercus robur|Acer rubrum|Pinus sylvestris|Fagus "
        "sylvatica|Betula pendula"
    ),
    "bird": "Blackbird|Robin|Wren|House Sparrow|Blue Tit|Magpie|Jay|Chaffinch|Starling|Goldfinch",
    "penguin": "Adelie|Chinstrap|Gentoo",
    "island": "Torgersen|Biscoe|Dream|Java|Sumatra|Borneo|Crete|Sicily|Corsica|Malta",
    "stadt": "Berlin|Hamburg|München|Köln|Frankfurt am Main|Stuttgart|Düsseldorf|Leipzig|Bremen|Hannover|Weimar|Jena",
    "ville": "Paris|Lyon|Marseille|Toulouse|Nice|Nantes|Lille|Rennes|Reims|Dijon|Angers|Grenoble|Saint-Denis",
    "ciudad": "Madrid|Barcelona|Valencia|Sevilla|Zaragoza|Bilbao|Málaga|Murcia|Palma|Córdoba|San Sebastián|Santa Cruz",
    "us_city": (
        "New York|Los Angeles|Chicago|Houston|Phoenix|Philadelphia|San Antonio|San "
        "Diego|Dallas|Austin|Jackson|Madison|Lincoln"
    ),
    "town": "Salem|Springfield|Franklin|Clinton|Georgetown|Greenville|Bristol|Madison|Arlington|Fairview|Marion|Milton",
    "city_name": "Istanbul|Ankara|Izmir|Bursa|Adana|Konya|Antalya|Trabzon|Samsun|Kayseri",
    "城市": "北京|上海|广州|深圳|成都|杭州|武汉|西安|南京|重庆",
    "都市": "東京|大阪|横浜|名古屋|札幌|福岡|神戸|京都|仙台|広島",
    "शहर": "मुंबई|दिल्ली|बेंगलुरु|हैदराबाद|चेन्नई|कोलकाता|पुणे|जयपुर|लखनऊ|कानपुर",
    "類別": "金融|教育|医疗|体育|娱乐|科技|房产|汽车|旅游|美食",
    "部門": "営業部|開発部|人事部|総務部|経理部|企画部",
    "product": (
        "Wireless Mouse|Office Chair|Standing Desk|Laptop Stand|USB Hub|Desk Lamp|Notebook|Whiteboard|Paper Shredder"
    ),
    "product_name": (
        "Chai|Chang|Aniseed Syrup|Ikura|Tofu|Pavlova|Alice Mutton|Carnarvon Tigers|Konbu|Queso "
        "Cabrales|Gumbär Gummibärchen"
    ),
    "beer": (
        "Hopslam Ale|Heady Topper|Pliny the Elder|Two Hearted Ale|Samuel Adams|Sierra Nevada|Fat Tire|Blue "
        "Moon|Anchor Steam"
    ),
    "wine": (
        "Pinot Noir|Cabernet Sauvignon|Merlot|Chardonnay|Sauvignon Blanc|Syrah|Malbec|Riesling|Tempranillo|Zinfandel"
    ),
    "whisky": "Johnnie Walker|Jack Daniel's|Jim Beam|Glenfiddich|Macallan|Lagavulin|Talisker|Laphroaig|Bowmore|Ardbeg",
    "measure_name": (
        "Mean Arterial Pressure|Heart Rate|Respiratory Rate|Body Mass Index|Blood Glucose|Oxygen Saturation"
    ),
    "street": (
        "Main Street|Oak Avenue|Maple Drive|Park Lane|Cedar Road|Washington Street|Jefferson Avenue|Martin "
        "Luther King Blvd"
    ),
    "title": (
        "Account Manager|Software Engineer|Data Analyst|Sales Representative|Head of Marketing|Product "
        "Owner|Chief Executive Officer"
    ),
    "role": "agent|supervisor|admin|customer|manager|guest|owner|editor",
    "agent": "Billing Bot|Router|Summarizer|Planner|Critic|Retriever|Tool Caller",
    "assigned_to": "Tier 1|Tier 2|Billing Queue|Network Team|Escalations|Back Office",
    "owner": "Platform|Data Science|Payments|Growth|Infrastructure",
    "team": "Arsenal|Chelsea|Liverpool|Real Madrid|Barcelona|Bayern München|Juventus|Ajax|Porto|Benfica",
    "nba": "Lakers|Celtics|Bulls|Warriors|Spurs|Heat|Knicks|Nets|Rockets|Jazz",
    "religion": "Christian|Muslim|Hindu|Jewish|Buddhist|Sikh|None",
    "intent": "card arrival|lost card|exchange rate|top up failed|cash withdrawal|refund request|cancel order",
    "gender": "male|female|other",
    "sentiment": "positive|negative|neutral",
    "priority": "Low|Medium|High|Urgent",
    "status": "Open|Closed|Pending|On Hold|Solved",
    "planet": "Mercury|Venus|Earth|Mars|Jupiter|Saturn|Uranus|Neptune",
    "element": "Hydrogen|Helium|Lithium|Carbon|Nitrogen|Oxygen|Iron|Gold",
    "month": "January|February|March|April|May|June|July|August|September|October|November|December",
    "us_state": "Virginia|Georgia|Texas|Ohio|Carolina|Montana|Dakota|Indiana|Florida|Nevada|Washington|Delaware",
    "country": "Chad|Jordan|Georgia|Cuba|India|China|France|Italy|Peru|Israel|Malta|Cyprus",
    "opera": "Carmen|Tosca|La Traviata|Rigoletto|Aida|Norma|Fidelio|Salome|Turandot|Nabucco|Otello",
    "film": "Forrest Gump|Toy Story|Jerry Maguire|Pulp Fiction|Jurassic Park|Braveheart|Fargo|Casablanca|Titanic|Alien",
    "disease": "Alzheimer|Parkinson|Crohn|Diabetes|Asthma|Hypertension|Migraine|Influenza|Pneumonia|Anemia",
    "operator": "Vodafone|Telekom|O2|Orange|Telefónica|Swisscom|Verizon|AT&T",
    "hotel": "Hilton Garden Inn|Marriott|Sheraton|Ritz-Carlton|Holiday Inn|Radisson Blu",
    "storm_kind": "hurricane|tropical storm|tropical depression",
    "font": "Arial|Helvetica|Georgia|Verdana|Times New Roman|Courier|Futura|Garamond",
    "language": "English|German|French|Spanish|Polish|Turkish|Arabic|Chinese|Hindi|Japanese",
    "browser": "Chrome|Firefox|Safari|Edge|Opera|Brave",
    "currency": "Euro|Dollar|Pound|Yen|Franc|Peso|Real|Rupee|Zloty|Lira",
    "seller": "Amazon|eBay|Otto|Zalando|MediaMarkt|Saturn|Walmart|Target",
    "supplier_name": (
        "Exotic Liquids|Tokyo Traders|Mayumi's|Bigfoot Breweries|Leka Trading|Pasta Buttini s.r.l.|Ma Maison|Karkki Oy"
    ),
    "author": "WHO|European Commission|OECD|World Bank|Eurostat|UNESCO|IMF",
    "district": "Mitte|Pankow|Neukölln|Spandau|Lichtenberg|Reinickendorf|Kreuzberg",
    "neighborhood": "Harlem|Chelsea|SoHo|Tribeca|Astoria|Williamsburg|Bushwick|Flushing|Jamaica|Bayside",
    "school": "Lincoln High School|Jefferson Elementary|Washington Middle School|Roosevelt Academy",
    "park": "Yellowstone|Yosemite|Zion|Acadia|Denali|Glacier|Olympic|Everglades|Grand Canyon|Bryce Canyon",
    "dog": (
        "Labrador Retriever|German Shepherd|Golden Retriever|French Bulldog|Beagle|Poodle|Rottweiler|Yorkshire "
        "Terrier|Boxer|Dachshund"
    ),
    "cheese": "Gouda|Brie|Camembert|Roquefort|Gorgonzola|Parmesan|Emmental|Cheddar|Feta|Manchego",
    "pasta": "Spaghetti|Penne|Rigatoni|Farfalle|Linguine|Orzo|Ravioli",
    "network": "Ada|Solana|Ethereum|Bitcoin|Polygon|Avalanche|Ripple|Stellar",
    "framework": "Django|Flask|Laravel|Rails|Spring|Angular|React|Vue|Ember|Svelte",
    "ship": "Queen Mary|Titanic|Lusitania|Mauretania|Normandie|Britannic|Olympic|Andrea Doria",
}

# Judged by hand: (end of the table's name, column) of public tables that do name people.
PEOPLE = {
    ("tau-airline/tasks.csv", "user_id"),
    ("_data/la-riots.csv", "first_name"),
    ("_data/la-riots.csv", "last_name"),
}


def public_tables(folders: list[Path]) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield the text columns of CSV files, two files of one name and size once."""
    seen: set[tuple[str, int]] = set()
    for path in sorted(
        p for folder in folders for ends in ("csv", "csv.gz", "csv.zip", "tsv") for p in folder.rglob(f"*.{ends}")
    ):
        key = (path.name, path.stat().st_size)
        if key in seen:
            continue
        seen.add(key)
        try:
            frame = pd.read_csv(path, dtype="str", nrows=50_000, sep="\t" if path.suffix == ".tsv" else ",")
        except (ValueError, pd.errors.ParserError):
            continue
        texts = [
            i
            for i in range(len(frame.columns))
            if len(cells := frame.iloc[:, i].dropna().unique())
            and pd.to_numeric(pd.Series(cells), errors="coerce").isna().mean() > 0.5
        ]
        if texts:
            yield f"{path.parent.name}/{path.name}", frame.iloc[:, texts]


def misses(rng: random.Random, each: int, *, show: bool) -> None:
    """Print how many columns of people pass, by the form of the names and whether the column's name tells."""
    missed, total = Counter[str](), Counter[str]()
    for language, form, column, values in columns_of_people(rng, each):
        key = f"{form}, {'no hint' if prior(column) in {'', 'weak'} else 'hinted'}"
        total[key] += 1
        if not withheld(frame_of(column, values)):
            missed[key] += 1
            if show:
                print("passes:", language, form, column, len(values), list(values)[:6])
    for key, count in sorted(total.items()):
        print(f"{key}: {missed[key]} of {count} pass")
    print(f"columns of people that pass: {sum(missed.values())} of {sum(total.values())}")


def false_alarms(folders: list[Path], *, show: bool) -> None:
    """Print how many other columns are withheld."""
    lists = ((source, frame_of(column, Counter(values))) for source, column, values in other_lists())
    for kind, tables in (("lists", lists), ("public tables", public_tables(folders))):
        wrong = count = held = 0
        for source, frame in tables:
            found = withheld(frame)
            people = {c for end, c in PEOPLE if source.endswith(end)}
            held += len(found & people)
            count += len(set(frame.columns) - people)
            wrong += len(found - people)
            for column in found - people if show else ():
                print("withheld:", source, column, list(frame[column].dropna().unique()[:8]))
        print(f"other columns withheld wrongly, {kind}: {wrong} of {count}; columns of people there, withheld: {held}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--each", type=int, default=4)
    parser.add_argument("--show", action="store_true")
    args = parser.parse_args()
    misses(random.Random(args.seed), args.each, show=args.show)
    false_alarms(args.folders, show=args.show)


if __name__ == "__main__":
    main()
