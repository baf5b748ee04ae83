import type { Era } from "./product-lines.ts";

/** A city, its postal codes (`#` a digit, `@` a letter) and the era that its collectors care for. */
export interface City {
  readonly name: string;
  readonly state: string | null;
  readonly postalCode: string;
  readonly era: Era;
}

/** A country as the source spells it, with what its customers are called and what they like. */
export interface Country {
  readonly name: string;
  /** How many customers live there, compared with other countries. */
  readonly weight: number;
  readonly phone: string;
  readonly street: string;
  /** Lines that are liked best, best first. */
  readonly favourites: readonly [string, string];
  readonly cities: readonly City[];
  readonly firstNames: readonly string[];
  readonly lastNames: readonly string[];
  /** `{name}` is a family name, `{city}` the city. */
  readonly companies: readonly string[];
}

function city(name: string, postalCode: string, era: Era, state: string | null = null): City {
  return { name, state, postalCode, era };
}

/** Where customers live. Cities, codes and names are ordinary ones; nobody in particular is meant. */
export const COUNTRIES: readonly Country[] = [
  {
    name: "USA",
    weight: 4,
    phone: "+1 ### 555 ####",
    street: "{number} {name} Avenue",
    favourites: ["Classic Cars", "Trucks and Buses"],
    cities: [
      city("Portland", "972##", "golden", "OR"),
      city("Nashville", "372##", "golden", "TN"),
      city("Denver", "802##", "modern", "CO"),
      city("Baltimore", "212##", "early", "MD"),
    ],
    firstNames: ["Alice", "Marcus", "Dana", "Walter", "Joanne", "Curtis"],
    lastNames: ["Whitfield", "Carver", "Lindgren", "Okafor", "Delgado", "Hutchins"],
    companies: ["{name} Hobby Supply", "{city} Model Depot", "{name} & Sons Toys"],
  },
  {
    name: "France",
    weight: 3,
    phone: "+33 # ## ## ## ##",
    street: "{number}, rue {name}",
    favourites: ["Vintage Cars", "Planes"],
    cities: [city("Lille", "59###", "early"), city("Bordeaux", "33###", "golden"), city("Grenoble", "38###", "modern")],
    firstNames: ["Élodie", "Mathieu", "Camille", "Benoît", "Solène", "Thibault"],
    lastNames: ["Garnier", "Lefèvre", "Marchand", "Rousselot", "Chevallier", "Besnard"],
    companies: ["Maquettes {name}", "Le Petit Atelier de {city}", "{name} Frères"],
  },
  {
    name: "UK",
    weight: 2,
    phone: "+44 ### ### ####",
    street: "{number} {name} Road",
    favourites: ["Trains", "Motorcycles"],
    cities: [
      city("Bristol", "BS# #@@", "golden"),
      city("York", "YO# #@@", "early"),
      city("Leeds", "LS# #@@", "modern"),
    ],
    firstNames: ["Harriet", "Owen", "Imogen", "Alistair", "Priya", "Graham"],
    lastNames: ["Thackeray", "Penhaligon", "Marsh", "Ashdown", "Bannerjee", "Holloway"],
    companies: ["{name} Model Shop Ltd", "{city} Collectables", "{name} & Co."],
  },
  {
    name: "Germany",
    weight: 2,
    phone: "+49 ### #######",
    street: "{name}straße {number}",
    favourites: ["Trains", "Trucks and Buses"],
    cities: [city("Nürnberg", "904##", "early"), city("Kassel", "341##", "golden"), city("Rostock", "180##", "modern")],
    firstNames: ["Jürgen", "Anke", "Matthias", "Birgit", "Sören", "Leonie"],
    lastNames: ["Brückner", "Voß", "Hagedorn", "Kessler", "Wiedemann", "Sommerfeld"],
    companies: ["{name} Modellbau GmbH", "Spielwaren {name}", "Modellhaus {city}"],
  },
  {
    name: "Australia",
    weight: 2,
    phone: "+61 # #### ####",
    street: "{number} {name} Parade",
    favourites: ["Ships", "Motorcycles"],
    cities: [
      city("Hobart", "70##", "early", "Tasmania"),
      city("Brisbane", "40##", "modern", "Queensland"),
      city("Adelaide", "50##", "golden", "South Australia"),
    ],
    firstNames: ["Lachlan", "Matilda", "Bronwyn", "Declan", "Indira", "Hugh"],
    lastNames: ["Cartwright", "McAllister", "Doyle", "Nguyen", "Fairweather", "Radford"],
    companies: ["{name} Hobbies Pty Ltd", "{city} Model Emporium", "Southern {name} Imports"],
  },
  {
    name: "Spain",
    weight: 2,
    phone: "+34 ### ### ###",
    street: "Calle {name}, {number}",
    favourites: ["Motorcycles", "Ships"],
    cities: [city("Valencia", "460##", "golden"), city("Bilbao", "480##", "modern"), city("Sevilla", "410##", "early")],
    firstNames: ["Íñigo", "Lucía", "Álvaro", "Begoña", "Raúl", "Nuria"],
    lastNames: ["Ibáñez", "Carrasco", "Etxeberria", "Montero", "Peña", "Salvador"],
    companies: ["Miniaturas {name}, S.L.", "Hobby {city}", "{name} e Hijos"],
  },
  {
    name: "Italy",
    weight: 1.5,
    phone: "+39 ### #######",
    street: "Via {name} {number}",
    favourites: ["Classic Cars", "Motorcycles"],
    cities: [city("Torino", "101##", "golden"), city("Bologna", "401##", "modern"), city("Genova", "161##", "early")],
    firstNames: ["Ginevra", "Matteo", "Chiara", "Lorenzo", "Bianca", "Davide"],
    lastNames: ["Bertolini", "Caruso", "Ferraris", "Zanetti", "Mancini", "De Santis"],
    companies: ["Modellismo {name}", "Bottega {name} {city}", "Fratelli {name}"],
  },
  {
    name: "Japan",
    weight: 1.5,
    phone: "+81 ## #### ####",
    street: "{number}-chōme, {name}-dōri",
    favourites: ["Planes", "Ships"],
    cities: [
      city("Nagoya", "46#-00##", "modern"),
      city("Kyoto", "60#-80##", "early"),
      city("Kobe", "65#-00##", "golden"),
    ],
    firstNames: ["Haruka", "Kenji", "Ayumi", "Daichi", "Reiko", "Shōta"],
    lastNames: ["Nakagawa", "Ōtani", "Fujimori", "Shirakawa", "Hayashi", "Morita"],
    companies: ["{name} Hobby K.K.", "{city} Mokei", "{name} Shōten"],
  },
  {
    name: "Sweden",
    weight: 1,
    phone: "+46 ## ### ## ##",
    street: "{name}gatan {number}",
    favourites: ["Trucks and Buses", "Vintage Cars"],
    cities: [city("Göteborg", "41# ##", "golden"), city("Umeå", "90# ##", "modern")],
    firstNames: ["Åsa", "Henrik", "Linnéa", "Björn", "Maja", "Gustav"],
    lastNames: ["Sjöberg", "Ekström", "Hallgren", "Nyqvist", "Dahl", "Åkesson"],
    companies: ["{name}s Hobby AB", "Modellhuset {city}"],
  },
  {
    name: "Canada",
    weight: 1,
    phone: "+1 ### 555 ####",
    street: "{number} {name} Street",
    favourites: ["Trains", "Planes"],
    cities: [city("Halifax", "B3@ #@#", "early", "NS"), city("Calgary", "T2@ #@#", "modern", "AB")],
    firstNames: ["Noémie", "Grant", "Sylvie", "Russell", "Tessa", "Émile"],
    lastNames: ["Tremblay", "MacLeod", "Gagnon", "Sinclair", "Bouchard", "Frost"],
    companies: ["{name} Miniatures Inc.", "{city} Hobby House"],
  },
  {
    name: "Brazil",
    weight: 1,
    phone: "+55 ## ####-####",
    street: "Rua {name}, {number}",
    favourites: ["Trucks and Buses", "Classic Cars"],
    cities: [city("Curitiba", "80###-###", "modern"), city("Salvador", "40###-###", "golden")],
    firstNames: ["João", "Beatriz", "Tainá", "Rogério", "Luíza", "Caio"],
    lastNames: ["Araújo", "Nogueira", "Assunção", "Barreto", "Magalhães", "Freire"],
    companies: ["{name} Miniaturas Ltda.", "Casa do Modelo {city}"],
  },
  {
    name: "Singapore",
    weight: 1,
    phone: "+65 #### ####",
    street: "{number} {name} Road",
    favourites: ["Vintage Cars", "Ships"],
    cities: [city("Singapore", "04####", "golden")],
    firstNames: ["Wei Ling", "Arjun", "Mei Xuan", "Farid", "Jun Hao", "Kavitha"],
    lastNames: ["Tan", "Lim", "Rajan", "Chua", "Hassan", "Koh"],
    companies: ["{name} Hobby Pte Ltd", "Lion City {name} Models"],
  },
];
