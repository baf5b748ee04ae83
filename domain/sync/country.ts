/**
 * Every ISO 3166-1 country, alpha-2 followed by alpha-3 (and XK, which the European Union and the edge use for Kosovo).
 */
const CODES =
  "ADAND AEARE AFAFG AGATG AIAIA ALALB AMARM AOAGO AQATA ARARG ASASM ATAUT AUAUS AWABW AXALA AZAZE BABIH BBBRB BDBGD BEBEL " +
  "BFBFA BGBGR BHBHR BIBDI BJBEN BLBLM BMBMU BNBRN BOBOL BQBES BRBRA BSBHS BTBTN BVBVT BWBWA BYBLR BZBLZ CACAN CCCCK CDCOD " +
  "CFCAF CGCOG CHCHE CICIV CKCOK CLCHL CMCMR CNCHN COCOL CRCRI CUCUB CVCPV CWCUW CXCXR CYCYP CZCZE DEDEU DJDJI DKDNK DMDMA " +
  "DODOM DZDZA ECECU EEEST EGEGY EHESH ERERI ESESP ETETH FIFIN FJFJI FKFLK FMFSM FOFRO FRFRA GAGAB GBGBR GDGRD GEGEO GFGUF " +
  "GGGGY GHGHA GIGIB GLGRL GMGMB GNGIN GPGLP GQGNQ GRGRC GSSGS GTGTM GUGUM GWGNB GYGUY HKHKG HMHMD HNHND HRHRV HTHTI HUHUN " +
  "IDIDN IEIRL ILISR IMIMN ININD IOIOT IQIRQ IRIRN ISISL ITITA JEJEY JMJAM JOJOR JPJPN KEKEN KGKGZ KHKHM KIKIR KMCOM KNKNA " +
  "KPPRK KRKOR KWKWT KYCYM KZKAZ LALAO LBLBN LCLCA LILIE LKLKA LRLBR LSLSO LTLTU LULUX LVLVA LYLBY MAMAR MCMCO MDMDA MEMNE " +
  "MFMAF MGMDG MHMHL MKMKD MLMLI MMMMR MNMNG MOMAC MPMNP MQMTQ MRMRT MSMSR MTMLT MUMUS MVMDV MWMWI MXMEX MYMYS MZMOZ NANAM " +
  "NCNCL NENER NFNFK NGNGA NINIC NLNLD NONOR NPNPL NRNRU NUNIU NZNZL OMOMN PAPAN PEPER PFPYF PGPNG PHPHL PKPAK PLPOL PMSPM " +
  "PNPCN PRPRI PSPSE PTPRT PWPLW PYPRY QAQAT REREU ROROU RSSRB RURUS RWRWA SASAU SBSLB SCSYC SDSDN SESWE SGSGP SHSHN SISVN " +
  "SJSJM SKSVK SLSLE SMSMR SNSEN SOSOM SRSUR SSSSD STSTP SVSLV SXSXM SYSYR SZSWZ TCTCA TDTCD TFATF TGTGO THTHA TJTJK TKTKL " +
  "TLTLS TMTKM TNTUN TOTON TRTUR TTTTO TVTUV TWTWN TZTZA UAUKR UGUGA UMUMI USUSA UYURY UZUZB VAVAT VCVCT VEVEN VGVGB VIVIR " +
  "VNVNM VUVUT WFWLF WSWSM XKXKX YEYEM YTMYT ZAZAF ZMZMB ZWZWE";

/** Further names in use, by code. Names that `Intl.DisplayNames` gives need no entry. */
const ALIASES: Readonly<Record<string, readonly string[]>> = {
  AE: ["UAE", "Emirates"],
  BA: ["Bosnia", "Bosnia Herzegovina"],
  BN: ["Brunei Darussalam"],
  BO: ["Plurinational State of Bolivia", "Bolivia, Plurinational State of"],
  BQ: ["Bonaire, Sint Eustatius and Saba"],
  CD: ["DR Congo", "DRC", "Democratic Republic of the Congo", "Congo, Democratic Republic of the", "Congo Kinshasa"],
  CG: ["Congo", "Republic of the Congo", "Congo Brazzaville"],
  CI: ["Ivory Coast"],
  CN: ["PR China", "People's Republic of China", "Mainland China"],
  CV: ["Cape Verde"],
  CW: ["Curacao"],
  CZ: ["Czech Republic"],
  DE: ["Deutschland", "Federal Republic of Germany"],
  ES: ["España"],
  FK: ["Falkland Islands (Malvinas)", "Falklands"],
  FM: ["Federated States of Micronesia", "Micronesia, Federated States of"],
  GB: [
    "UK",
    "U.K.",
    "Great Britain",
    "Britain",
    "England",
    "Scotland",
    "Wales",
    "Northern Ireland",
    "United Kingdom of Great Britain and Northern Ireland",
  ],
  GM: ["The Gambia"],
  HK: ["Hong Kong", "Hongkong"],
  IE: ["Republic of Ireland", "Eire"],
  IR: ["Islamic Republic of Iran", "Iran, Islamic Republic of"],
  KP: ["Democratic People's Republic of Korea", "Korea, Democratic People's Republic of", "DPRK"],
  KR: ["Korea", "Republic of Korea", "Korea, Republic of"],
  LA: ["Lao PDR", "Lao People's Democratic Republic"],
  MD: ["Republic of Moldova", "Moldova, Republic of"],
  MK: ["Macedonia", "Republic of North Macedonia", "FYROM"],
  MM: ["Burma", "Myanmar"],
  MO: ["Macau", "Macao"],
  NL: ["Holland", "The Netherlands"],
  PS: ["Palestine", "State of Palestine", "Palestine, State of"],
  RU: ["Russian Federation"],
  SH: ["Saint Helena, Ascension and Tristan da Cunha"],
  SJ: ["Svalbard"],
  ST: ["Sao Tome"],
  SX: ["Sint Maarten (Dutch part)"],
  MF: ["Saint Martin (French part)"],
  SY: ["Syrian Arab Republic"],
  SZ: ["Swaziland"],
  TL: ["East Timor"],
  TR: ["Turkey"],
  TW: ["Taiwan, Province of China", "Republic of China"],
  TZ: ["United Republic of Tanzania", "Tanzania, United Republic of"],
  US: ["United States of America", "U.S.A.", "U.S.", "America", "the States"],
  VA: ["Holy See", "Vatican"],
  VE: ["Bolivarian Republic of Venezuela", "Venezuela, Bolivarian Republic of"],
  VG: ["Virgin Islands, British"],
  VI: ["Virgin Islands, U.S.", "US Virgin Islands"],
  VN: ["Viet Nam"],
};

/** Case, accents, punctuation, articles and the ways to write "and" and "Saint" make no difference. */
function nameKey(name: string): string {
  return name
    .normalize("NFKD")
    .replaceAll(/\p{Mark}/gu, "")
    .toLowerCase()
    .replaceAll("&", " and ")
    .replaceAll(/[^a-z]+/g, " ")
    .trim()
    .replace(/^the /, "")
    .replace(/^st /, "saint ");
}

function buildIndex(): Map<string, string> {
  const index = new Map<string, string>();
  const names = new Intl.DisplayNames(["en"], { type: "region", fallback: "none" });
  for (const pair of CODES.split(" ")) {
    const code = pair.slice(0, 2);
    const name = names.of(code);
    for (const text of [code, pair.slice(2), ...(name === undefined ? [] : [name]), ...(ALIASES[code] ?? [])]) {
      index.set(text.toLowerCase(), code);
      index.set(nameKey(text), code);
      // "U.K." is also written "UK" and "U K".
      index.set(nameKey(text).replaceAll(" ", ""), code);
    }
  }
  return index;
}

let index: Map<string, string> | null = null;

/**
 * The ISO 3166-1 alpha-2 code of a country written as a code (`US`, `USA`) or an English name.
 * @returns null for what is no country we know
 */
export function countryCode(text: string | null): string | null {
  if (text === null) return null;
  // Built at the first use: start-up time is bounded, and most isolates never sync.
  index ??= buildIndex();
  const key = nameKey(text);
  if (key === "") return null;
  return index.get(key) ?? index.get(key.replaceAll(" ", "")) ?? null;
}
