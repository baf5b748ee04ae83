/** How old a model's original is. Every line has models of each era. */
export const ERAS = ["early", "golden", "modern"] as const;
export type Era = (typeof ERAS)[number];

/** What a product line offers in one era: types and the words that describe them. */
export interface EraRange {
  readonly years: readonly [first: number, last: number];
  readonly types: readonly string[];
  readonly details: readonly string[];
}

export interface ProductLine {
  readonly name: string;
  readonly text: string;
  /** The first is made most often. */
  readonly scales: readonly string[];
  /** Invented makers of the originals. */
  readonly marques: readonly string[];
  readonly eras: Readonly<Record<Era, EraRange>>;
}

/** The shop's seven lines. A line's picture is `web/pictures/<slug of its name>.svg`. */
export const PRODUCT_LINES: readonly ProductLine[] = [
  {
    name: "Classic Cars",
    text: "Roadsters, coupés and saloons of the decades when a bonnet was long and a dashboard was walnut.",
    scales: ["1:18", "1:24", "1:12"],
    marques: ["Corvina", "Alvaro", "Brandt", "Halloway", "Meridian", "Castellan", "Osprey", "Lindqvist"],
    eras: {
      early: {
        years: [1946, 1954],
        types: ["Saloon", "Drophead", "Estate"],
        details: ["two-tone enamel", "split windscreen", "running boards"],
      },
      golden: {
        years: [1955, 1964],
        types: ["Roadster", "Gran Turismo", "Coupé"],
        details: ["wire wheels", "tail fins in chrome", "stitched seats"],
      },
      modern: {
        years: [1965, 1979],
        types: ["Fastback", "Rally Coupé", "Targa"],
        details: ["pop-up headlights", "racing stripes", "spoiler of photo-etched metal"],
      },
    },
  },
  {
    name: "Motorcycles",
    text: "Two wheels, a fuel tank worth polishing, and a kickstand that really folds.",
    scales: ["1:12", "1:10", "1:18"],
    marques: ["Falke", "Northgate", "Ventura", "Ironbridge", "Kurogane", "Bellini"],
    eras: {
      early: {
        years: [1914, 1938],
        types: ["V-Twin", "Sidecar", "Board Tracker"],
        details: ["leather saddle", "acetylene lamp", "belt drive"],
      },
      golden: {
        years: [1947, 1968],
        types: ["Café Racer", "Bobber", "Scrambler"],
        details: ["teardrop tank", "chromed pipes", "spoked wheels"],
      },
      modern: {
        years: [1975, 2004],
        types: ["Superbike", "Enduro", "Grand Tourer"],
        details: ["full fairing", "disc brakes", "mono-shock suspension"],
      },
    },
  },
  {
    name: "Planes",
    text: "Everything from canvas and wire to swept wings, each with a stand and decals.",
    scales: ["1:72", "1:48", "1:144"],
    marques: ["Swiftlet", "Aeronova", "Hawthorn", "Valkyr", "Stratton", "Petrel"],
    eras: {
      early: {
        years: [1913, 1929],
        types: ["Biplane", "Triplane", "Mail Plane"],
        details: ["fabric wings", "rigging of fine wire", "wooden propeller"],
      },
      golden: {
        years: [1933, 1949],
        types: ["Flying Boat", "Fighter", "Transport"],
        details: ["rolling landing gear", "riveted panels", "glazed nose"],
      },
      modern: {
        years: [1955, 1986],
        types: ["Jetliner", "Interceptor", "Business Jet"],
        details: ["swept wings", "opening canopy", "airline livery"],
      },
    },
  },
  {
    name: "Ships",
    text: "Hulls planked by hand, rigging that can be tuned, and steamers with every porthole in place.",
    scales: ["1:700", "1:350", "1:72"],
    marques: ["Aurora", "Northern Star", "Esperanza", "Resolute", "Halcyon", "Marigold"],
    eras: {
      early: {
        years: [1690, 1845],
        types: ["Frigate", "Brigantine", "Galleon"],
        details: ["planked hull", "hand-tied rigging", "linen sails"],
      },
      golden: {
        years: [1850, 1912],
        types: ["Clipper", "Paddle Steamer", "Ocean Liner"],
        details: ["tall funnels", "brass portholes", "lifeboats on davits"],
      },
      modern: {
        years: [1925, 1978],
        types: ["Destroyer", "Ferry", "Icebreaker"],
        details: ["radar mast", "waterline hull", "deck cranes"],
      },
    },
  },
  {
    name: "Trains",
    text: "Locomotives and carriages that run on your own track or stand still on a shelf.",
    scales: ["1:87", "1:32", "1:160"],
    marques: ["Black Forest", "Fernhill", "Silver Valley", "Transalpine", "Coastline", "Old Mill"],
    eras: {
      early: {
        years: [1829, 1899],
        types: ["Tank Engine", "Coal Train", "Narrow-Gauge Engine"],
        details: ["polished boiler", "open cab", "riveted tender"],
      },
      golden: {
        years: [1905, 1948],
        types: ["Express Locomotive", "Sleeping Car", "Streamliner"],
        details: ["moving valve gear", "lit compartments", "gold lettering"],
      },
      modern: {
        years: [1955, 1999],
        types: ["Diesel Locomotive", "Railcar", "High-Speed Set"],
        details: ["pantograph that rises", "working headlights", "digital decoder"],
      },
    },
  },
  {
    name: "Trucks and Buses",
    text: "The vehicles that do the work: lorries, fire engines, and the bus that took you to school.",
    scales: ["1:50", "1:43", "1:24"],
    marques: ["Hauler", "Granite", "Büssinger", "Overmoor", "Metropol", "Kestrel"],
    eras: {
      early: {
        years: [1912, 1938],
        types: ["Delivery Van", "Fire Engine", "Charabanc"],
        details: ["wooden flatbed", "brass bell", "solid tyres"],
      },
      golden: {
        years: [1946, 1967],
        types: ["Double Decker", "Pickup", "Milk Lorry"],
        details: ["rounded cab", "opening tailgate", "enamel advertising"],
      },
      modern: {
        years: [1972, 2005],
        types: ["Articulated Truck", "City Bus", "Crane Truck"],
        details: ["tilting cab", "folding doors", "extending crane"],
      },
    },
  },
  {
    name: "Vintage Cars",
    text: "From the first horseless carriages to the great tourers between the wars.",
    scales: ["1:18", "1:24", "1:43"],
    marques: ["Delacourt", "Hartmann", "Pembroke", "Starling", "Auberge", "Montrose"],
    eras: {
      early: {
        years: [1898, 1912],
        types: ["Runabout", "Horseless Carriage", "Voiturette"],
        details: ["brass lanterns", "tiller steering", "buttoned leather bench"],
      },
      golden: {
        years: [1919, 1929],
        types: ["Tourer", "Phaeton", "Speedster"],
        details: ["folding hood", "side-mounted spare wheel", "polished radiator"],
      },
      modern: {
        years: [1930, 1939],
        types: ["Limousine", "Boat-Tail", "Town Car"],
        details: ["sweeping wings", "twin horns", "hinged bonnet over a detailed engine"],
      },
    },
  },
];

/** Invented makers of models; each makes two or three lines, at a price level of its own (1 = as others ask). */
export const VENDORS: readonly { readonly name: string; readonly lines: readonly string[]; readonly level: number }[] =
  [
    { name: "Tinsmith & Daughters", lines: ["Classic Cars", "Vintage Cars"], level: 1.3 },
    { name: "Kleinwerk Modelle", lines: ["Trains", "Trucks and Buses", "Classic Cars"], level: 1.1 },
    { name: "Harbour Lane Models", lines: ["Ships", "Planes"], level: 1.0 },
    { name: "Petit Monde Atelier", lines: ["Vintage Cars", "Motorcycles"], level: 1.25 },
    { name: "Blue Kite Replicas", lines: ["Planes", "Motorcycles"], level: 0.8 },
    { name: "Old Depot Miniatures", lines: ["Trains", "Trucks and Buses"], level: 0.85 },
    { name: "Sakura Precision", lines: ["Motorcycles", "Planes", "Classic Cars"], level: 1.2 },
    { name: "Lighthouse Kits", lines: ["Ships", "Trains"], level: 0.9 },
    { name: "Pocket Garage", lines: ["Classic Cars", "Trucks and Buses", "Vintage Cars"], level: 0.75 },
    { name: "Officina Rossetti", lines: ["Vintage Cars", "Ships"], level: 1.1 },
  ];
