#!/usr/bin/env python3
"""Checks the demo data: formats, references, and that labels, diets and figures agree.

Standard library only. Prints counts; exits with 1 and one line per fault
(file: dish: rule) when something is wrong.
"""

import csv
import json
import re
import sys
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parent
faults = []
rules = 0  # how many times a rule was applied


def must(ok, file, what, rule):
    global rules
    rules += 1
    if not ok:
        faults.append(f"{file}: {what}: {rule}")
    return ok


# --- vocabulary -----------------------------------------------------------------------------

CEREALS = {"WHEAT", "RYE", "BARLEY", "OAT", "SPELT", "HYBRIDS"}
NUTS = {"ALMONDS", "HAZELNUTS", "WALNUTS", "CASHEWS", "PECAN", "PISTACHIOS", "MACADAMIA"}
# the 14 of Annex II of Regulation (EU) 1169/2011
EU_ALLERGENS = {
    "GLUTEN", "SHELLFISH", "CHICKEN_EGGS", "FISH", "PEANUTS", "SOY", "MILK", "SHELL_FRUITS",
    "CELERY", "MUSTARD", "SESAME", "SULFITES", "LUPIN", "MOLLUSCS",
}
ALLERGENS = EU_ALLERGENS | CEREALS | NUTS | {"CEREAL", "LACTOSE"}
ADDITIVES = {
    "DYESTUFF", "PRESERVATIVES", "ANTIOXIDANTS", "FLAVOR_ENHANCER", "WAXED", "PHOSPHATES", "SWEETENERS",
    "PHENYLALANINE", "COCOA_CONTAINING_GREASE", "SULPHURS",
}
MEATS = {"PORK", "BEEF", "VEAL", "LAMB", "POULTRY", "WILD_MEAT"}
LABELS = ALLERGENS | ADDITIVES | MEATS | {"MEAT", "GELATIN", "ALCOHOL", "GARLIC", "BAVARIA", "MSC"}
FLESH = MEATS | {"MEAT", "GELATIN", "FISH", "SHELLFISH", "MOLLUSCS"}
CATEGORIES = ["BREAKFAST", "SOUP", "MAIN", "SIDE", "SALAD", "DESSERT", "SNACK", "DRINK"]
DIETS = {
    "VEGETARIAN", "VEGAN", "HALAL", "KOSHER", "GLUTEN_FREE", "LACTOSE_FREE", "LOW_SALT", "LOW_FAT", "DIABETIC",
    "HIGH_PROTEIN", "LOW_POTASSIUM", "RENAL",
}
MEALS = {"BREAKFAST": (5, 7, 3, 3), "LUNCH": (11, 14, 4, 5), "DINNER": (6, 8, 4, 5)}  # dishes, sections
DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
PLACES = {  # time zone and currency, and a box around the city
    "London": ("Europe/London", "GBP", 51.28, 51.70, -0.52, 0.34),
    "München": ("Europe/Berlin", "EUR", 48.06, 48.25, 11.36, 11.73),
    "Pune": ("Asia/Kolkata", "INR", 18.40, 18.65, 73.70, 74.00),
}

# A word in a dish's name or description that no label may contradict. Phrases that only sound like it go first.
SOUNDS_LIKE = r"coconut milk|cream of rice|peanut butter|without butter|potato dumplings|sorghum flatbread"
WORDS = [
    (r"milk|milky|buttermilk|yoghurt|raita|curd|quark|cream|creamy|creamed|butter|buttered|ghee|cheese|cheddar|gouda|"
     r"feta|paneer|parmesan|custard|lassi|milkshake", {"MILK"}),
    (r"eggs?|omelette|mayonnaise|custard|spaetzle|pancake", {"CHICKEN_EGGS"}),
    (r"salmon|cod|haddock|tuna|trout|anchovy|fish", {"FISH"}),
    (r"worcestershire", {"FISH", "BARLEY", "GLUTEN"}),
    (r"prawns?", {"SHELLFISH"}),
    (r"mussels?", {"MOLLUSCS"}),
    (r"roti|bread|toast|macaroni|spaghetti|pasta|spaetzle|couscous|semolina|pretzel|strudel|pastry|bulgur|wholewheat|"
     r"wholemeal|croutons|pancake|crumble|brownie|rolls", {"WHEAT", "GLUTEN"}),
    (r"rye", {"RYE", "GLUTEN"}),
    (r"barley", {"BARLEY", "GLUTEN"}),
    (r"oats?|oaty|oatcakes|porridge|muesli", {"OAT", "GLUTEN"}),
    (r"spelt", {"SPELT", "GLUTEN"}),
    (r"tofu|soya|soy", {"SOY"}),
    (r"peanuts?", {"PEANUTS"}),
    (r"almonds?", {"ALMONDS"}), (r"hazelnuts?", {"HAZELNUTS"}), (r"walnuts?", {"WALNUTS"}),
    (r"cashews?", {"CASHEWS"}), (r"pecans?", {"PECAN"}), (r"pistachios?", {"PISTACHIOS"}),
    (r"celery|celeriac", {"CELERY"}),
    (r"mustard", {"MUSTARD"}),
    (r"sesame|tahini|hummus", {"SESAME"}),
    (r"lupin", {"LUPIN"}),
    (r"dried apricots|wine", {"SULFITES"}),
    (r"wine", {"ALCOHOL"}),
    (r"gelatine", {"GELATIN"}),
    (r"garlic", {"GARLIC"}),
    (r"chicken|turkey", {"POULTRY", "MEAT"}),
    (r"beef(?! gelatine)", {"BEEF", "MEAT"}), (r"veal", {"VEAL", "MEAT"}),
    (r"lamb", {"LAMB", "MEAT"}), (r"pork", {"PORK", "MEAT"}),
]


def load(path):
    name = str(path.relative_to(HERE))
    try:
        return name, json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as why:
        faults.append(f"{name}: -: not readable as JSON ({why})")
        return name, None


def number(x):
    return isinstance(x, (int, float)) and not isinstance(x, bool)


# --- hospitals.csv --------------------------------------------------------------------------

HEADER = (
    "OrganisationCode,OrganisationName,Address1,City,Postcode,Latitude,Longitude,Slug,TimeZone,Currency,Wards"
).split(",")


def check_hospitals():
    file = "hospitals.csv"
    with open(HERE / file, encoding="utf-8", newline="") as fh:
        rows = list(csv.reader(fh, strict=True))
    must(rows[0] == HEADER, file, "header", "has exactly the documented columns")
    hospitals, wards = [], 0
    for cells in rows[1:]:
        if not must(len(cells) == len(HEADER), file, cells[0], f"has {len(HEADER)} cells"):
            continue
        h = dict(zip(HEADER, cells))
        hospitals.append(h)
        who = h["OrganisationCode"]
        must(all(c == c.strip() and c for c in cells), file, who, "no cell is empty or padded")
        must(re.fullmatch(r"[a-z]+(-[a-z]+)*", h["Slug"]), file, who, "slug is lower case words joined by hyphens")
        if must(h["City"] in PLACES, file, who, "city is London, München or Pune"):
            zone, currency, south, north, west, east = PLACES[h["City"]]
            must((h["TimeZone"], h["Currency"]) == (zone, currency), file, who, f"{zone} and {currency}")
            must(south < float(h["Latitude"]) < north and west < float(h["Longitude"]) < east, file, who,
                 "coordinates lie in the city")
        pairs = [w.split(":") for w in h["Wards"].split("|")]
        must(4 <= len(pairs) <= 8, file, who, "4 to 8 wards")
        must(all(len(p) == 2 and p[0] and p[1].isdigit() and 4 <= int(p[1]) <= 60 for p in pairs), file, who,
             "wards are name:beds with 4 to 60 beds")
        must(len({p[0] for p in pairs}) == len(pairs), file, who, "ward names are unique")
        wards += len(pairs)
    codes = [h["OrganisationCode"] for h in hospitals]
    must(codes == [f"DEMO{i}" for i in range(1, 6)], file, "codes", "DEMO1 to DEMO5 in order")
    must(len({h["Slug"] for h in hospitals}) == len(hospitals), file, "slugs", "unique")
    must(hospitals[0]["Slug"] == "riverside-general", file, codes[0], "the first slug is riverside-general")
    must([h["City"] for h in hospitals] == ["London"] * 3 + ["München", "Pune"], file, "cities", "three London, one München, one Pune")
    return hospitals, wards


# --- menus/canteens.json --------------------------------------------------------------------


def check_kitchens(hospitals):
    file, kitchens = load(HERE / "menus/canteens.json")
    served = Counter()
    by_code = {h["OrganisationCode"]: h for h in hospitals}
    for k in kitchens or []:
        who = k.get("canteen_id", "?")
        must(set(k) == {"enum_name", "name", "location", "canteen_id", "queue_status", "open_hours", "time_zone",
                        "currency", "serves"}, file, who, "has exactly the documented keys")
        must(k["enum_name"] == who.upper().replace("-", "_"), file, who, "enum_name matches canteen_id")
        must(set(k["location"]) == {"address", "latitude", "longitude"}, file, who, "location has address, latitude, longitude")
        must(list(k["open_hours"]) == DAYS, file, who, "open on all seven days")
        for day, span in k["open_hours"].items():
            must(all(re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", span[x]) for x in ("start", "end"))
                 and span["start"] < span["end"], file, who, f"{day}: HH:MM, start before end")
        served.update(k["serves"])
        must(any((h["TimeZone"], h["Currency"]) == (k["time_zone"], k["currency"])
                 for c in k["serves"] if (h := by_code.get(c))), file, who, "shares zone and currency with a hospital it serves")
    must([k["canteen_id"] for k in kitchens] == ["thames-central-kitchen", "isar-kitchen"], file, "canteen_id", "the two kitchens")
    must(served == Counter(by_code.keys()), file, "serves", "every hospital has exactly one kitchen")
    return {k["canteen_id"]: k for k in kitchens}


# --- menus/dishes.json ----------------------------------------------------------------------

KEYS = [
    "kitchen", "name", "description", "category", "labels", "may_contain", "diets", "food_texture", "drink_thickness",
    "nutrition", "portion_g", "photo",
]
FIGURES = ["energy_kcal", "protein_g", "carbohydrate_g", "fat_g", "salt_g"]


def check_labels(file, who, d):
    labels, may = set(d["labels"]), set(d["may_contain"])
    for key in ("labels", "may_contain", "diets"):
        must(len(set(d[key])) == len(d[key]), file, who, f"{key}: nothing twice")
    must(labels <= LABELS, file, who, f"unknown labels {sorted(labels - LABELS)}")
    must(may <= ALLERGENS, file, who, f"may_contain holds allergens only, not {sorted(may - ALLERGENS)}")
    must(not labels & may, file, who, f"both contained and maybe contained: {sorted(labels & may)}")
    for where, seen in (("labels", labels), ("may_contain", labels | may)):
        must(not seen & CEREALS or {"GLUTEN", "CEREAL"} <= seen, file, who, f"{where}: a cereal species implies GLUTEN and CEREAL")
        must(not seen & {"GLUTEN", "CEREAL"} or seen & CEREALS, file, who, f"{where}: GLUTEN and CEREAL name their species")
        must("SPELT" not in seen or "WHEAT" in seen, file, who, f"{where}: spelt is a wheat")
        must("LACTOSE" not in seen or "MILK" in seen, file, who, f"{where}: LACTOSE implies MILK")
        must(not seen & NUTS or "SHELL_FRUITS" in seen, file, who, f"{where}: a nut implies SHELL_FRUITS")
    must("SHELL_FRUITS" not in labels or labels & NUTS, file, who, "SHELL_FRUITS names the nut")
    must("SULPHURS" not in labels or "SULFITES" in labels, file, who, "SULPHURS implies SULFITES")
    must(not labels & MEATS or labels & {"MEAT", "GELATIN"}, file, who, "a kind of meat implies MEAT (or GELATIN)")
    must("MEAT" not in labels or labels & MEATS, file, who, "MEAT names the kind")
    text = re.sub(SOUNDS_LIKE, " ", f"{d['name']}. {d['description']}".lower())
    for words, need in WORDS:
        found = re.search(rf"\b({words})\b", text)
        must(not found or need <= labels, file, who, f"says {found and found[0]!r}, so labels need {sorted(need)}")


def check_diets(file, who, d):
    labels, seen, diets = set(d["labels"]), set(d["labels"]) | set(d["may_contain"]), set(d["diets"])
    n, drink = d["nutrition"], d["category"] == "DRINK"
    per100 = lambda key: n[key] * 100 / d["portion_g"]
    must(diets <= DIETS, file, who, f"unknown diets {sorted(diets - DIETS)}")

    def implies(diet, ok, rule):
        must(diet not in diets or ok, file, who, f"{diet}: {rule}")

    implies("VEGETARIAN", not labels & FLESH, "no meat, fish, shellfish, molluscs or gelatine")
    implies("VEGAN", {"VEGETARIAN", "LACTOSE_FREE"} <= diets, "also VEGETARIAN and LACTOSE_FREE")
    implies("VEGAN", not labels & {"MILK", "LACTOSE", "CHICKEN_EGGS"}, "no milk or egg")
    implies("VEGAN", not re.search(r"\bhoney\b", d["description"]), "no honey")
    implies("HALAL", not labels & {"PORK", "ALCOHOL", "GELATIN", "SHELLFISH", "MOLLUSCS"}, "no pork, alcohol, gelatine, shellfish")
    implies("HALAL", not labels & (MEATS - {"POULTRY", "LAMB"}), "only chicken and lamb come from the halal supplier")
    implies("HALAL", not re.search(r"kosher|turkey", d["name"].lower()), "kosher and turkey dishes are not from the halal supplier")
    implies("KOSHER", not labels & {"PORK", "SHELLFISH", "MOLLUSCS", "GELATIN"}, "no pork, shellfish or gelatine")
    implies("KOSHER", not ("MEAT" in labels and "MILK" in seen), "no meat with milk")
    implies("KOSHER", "sealed" in (d["name"] + d["description"]).lower() or d["name"].startswith("Whole "), "sealed meal or whole fruit")
    implies("GLUTEN_FREE", not seen & (CEREALS | {"GLUTEN", "CEREAL"}), "no gluten, contained or maybe contained")
    implies("LACTOSE_FREE", "LACTOSE" not in seen, "no lactose")
    implies("LOW_SALT", per100("salt_g") <= 0.3, "at most 0.3 g salt in 100 g")
    implies("LOW_FAT", per100("fat_g") <= (1.5 if drink else 3), "at most 3 g fat in 100 g, 1.5 g in 100 ml")
    implies("HIGH_PROTEIN", n["protein_g"] * 4 >= 0.2 * n["energy_kcal"] and n["protein_g"] >= 5,
            "protein gives 20 % of the energy and is at least 5 g")
    limit = {"MAIN": 60, "BREAKFAST": 45, "DRINK": 10}.get(d["category"], 30)
    implies("DIABETIC", n["carbohydrate_g"] <= limit, f"at most {limit} g carbohydrate in a {d['category'].lower()}")
    implies("RENAL", {"LOW_POTASSIUM", "LOW_SALT"} <= diets, "also LOW_POTASSIUM and LOW_SALT")
    implies("RENAL", not labels & {"MILK", "PHOSPHATES", "SHELL_FRUITS", "PEANUTS"}, "nothing rich in phosphorus")


def check_dish(file, d):
    who = d.get("name", "?")
    if not must(list(d) == KEYS, file, who, "has exactly the documented keys, in order"):
        return
    must(who == who.strip() and 3 <= len(who) <= 80 and "  " not in who, file, who, "name is tidy, 3 to 80 characters")
    text = d["description"]
    must(20 <= len(text) <= 160 and text.endswith(".") and text.count(". ") == 0, file, who, "description is one sentence of 20 to 160 characters")
    must(d["category"] in CATEGORIES, file, who, "known category")
    must(d["photo"] is None, file, who, "photo is null")
    if d["category"] == "DRINK":
        must(d["food_texture"] is None and d["drink_thickness"] in range(5), file, who, "drinks have drink_thickness 0 to 4 and no food_texture")
    else:
        must(d["drink_thickness"] is None and d["food_texture"] in range(3, 8), file, who, "foods have food_texture 3 to 7 and no drink_thickness")
        must(d["food_texture"] == 7 or not set(d["labels"]) & (NUTS | {"SHELL_FRUITS", "PEANUTS", "SESAME"}), file, who,
             "no nuts or seeds in a modified texture")
    n = d["nutrition"]
    if must(list(n) == FIGURES and all(number(n[k]) and n[k] >= 0 for k in FIGURES), file, who, "five figures, none negative"):
        sum_kcal = 4 * n["protein_g"] + 4 * n["carbohydrate_g"] + 9 * n["fat_g"]
        # 2 kcal: what rounding alone can do to a cup of tea
        must(abs(n["energy_kcal"] - sum_kcal) <= max(0.1 * sum_kcal, 2), file, who,
             f"energy {n['energy_kcal']} kcal is within 10 % of 4/4/9 ({sum_kcal:.0f})")
        must(sum(n[k] for k in FIGURES[1:]) <= d["portion_g"], file, who, "nutrients weigh less than the portion")
    must(isinstance(d["portion_g"], int) and 30 <= d["portion_g"] <= 650, file, who, "portion of 30 to 650 g")
    check_labels(file, who, d)
    check_diets(file, who, d)


def check_dishes(kitchens):
    file, dishes = load(HERE / "menus/dishes.json")
    dishes = dishes or []
    for d in dishes:
        check_dish(file, d)
        must(d["kitchen"] in kitchens, file, d["name"], "kitchen exists")
    for kitchen in kitchens:
        mine = [d for d in dishes if d["kitchen"] == kitchen]
        must(len(mine) >= 60, file, kitchen, f"at least 60 dishes, has {len(mine)}")
        must({d["category"] for d in mine} == set(CATEGORIES), file, kitchen, "every category")
        for level in (4, 5, 6):
            must(any(d["food_texture"] == level for d in mine), file, kitchen, f"something at texture {level}")
    must(len(dishes) == 120, file, "all", f"120 dishes, has {len(dishes)}")
    must(len({d["name"].lower() for d in dishes}) == len(dishes), file, "all", "names are unique")
    must(len({d["description"] for d in dishes}) == len(dishes), file, "all", "descriptions are unique")
    must(20 <= sum(bool(d["may_contain"]) for d in dishes) <= 32, file, "all", "may_contain on about 25 dishes")
    contained = {label for d in dishes for label in d["labels"]}
    must(EU_ALLERGENS <= contained, file, "all", f"all 14 allergens, missing {sorted(EU_ALLERGENS - contained)}")
    diets = {x for d in dishes for x in d["diets"]}
    must(diets == DIETS, file, "all", f"every diet, missing {sorted(DIETS - diets)}")
    food = Counter(d["food_texture"] for d in dishes)
    drink = Counter(d["drink_thickness"] for d in dishes)
    for level, least in ((3, 2), (4, 5), (5, 5), (6, 5)):
        must(food[level] >= least, file, "all", f"at least {least} foods at texture {level}, has {food[level]}")
    for level in range(5):
        must(drink[level] >= 1, file, "all", f"a drink at thickness {level}")
    return dishes


# --- menus/<kitchen>/cycle/N.json -----------------------------------------------------------

TIERS = ["students", "staff", "guests"]


def check_prices(file, who, prices):
    """Returns how the dish is sold: 'weight', 'closed' (not to patients) or 'piece'."""
    if not must(list(prices) == TIERS, file, who, "prices for students, staff, guests"):
        return "piece"
    must(prices["staff"] and prices["guests"], file, who, "staff and guests have a price")
    totals, weight = [], False
    for tier in TIERS:
        p = prices[tier]
        if p is None:
            continue
        if not must(list(p) == ["base_price", "price_per_unit", "unit"], file, who, f"{tier}: base_price, price_per_unit, unit"):
            continue
        must(number(p["base_price"]) and 0 < p["base_price"] <= 30, file, who, f"{tier}: a real price")
        must(abs(p["base_price"] * 20 - round(p["base_price"] * 20)) < 1e-6, file, who, f"{tier}: a multiple of 0.05")
        if p["unit"] is None:
            must(p["price_per_unit"] == 0, file, who, f"{tier}: no unit, no price per unit")
        else:
            weight = True
            must(p["unit"] == "100g" and 0 < p["price_per_unit"] < 5, file, who, f"{tier}: sold by 100g")
        totals.append(p["base_price"] + p["price_per_unit"])
    must(totals == sorted(totals), file, who, "patients pay no more than staff, staff no more than guests")
    return "weight" if weight else "closed" if prices["students"] is None else "piece"


def check_cycles(kitchens, dishes):
    rows = Counter()
    for kitchen in kitchens:
        known = {d["name"]: d for d in dishes if d["kitchen"] == kitchen}
        served, sold = set(), Counter()
        for cycle in (1, 2):
            file, menu = load(HERE / f"menus/{kitchen}/cycle/{cycle}.json")
            if menu is None:
                continue
            must(list(menu) == ["cycle", "days"] and menu["cycle"] == cycle, file, "top", "cycle and days, cycle as in the file name")
            must([d["weekday"] for d in menu["days"]] == list(range(1, 8)), file, "top", "weekdays 1 to 7 in order")
            for day in menu["days"]:
                for meal, (least, most, few, many) in MEALS.items():
                    here = [x for x in day["dishes"] if x["meal"] == meal]
                    label = f"weekday {day['weekday']} {meal}"
                    must(least <= len(here) <= most, file, label, f"{least} to {most} dishes, has {len(here)}")
                    titles = [x["dish_type"] for x in here]
                    must(few <= len(set(titles)) <= many, file, label, f"{few} to {many} sections, has {len(set(titles))}")
                    runs = [t for i, t in enumerate(titles) if i == 0 or titles[i - 1] != t]
                    must(len(runs) == len(set(titles)), file, label, "the dishes of a section stand together")
                    names = [x["name"] for x in here]
                    must(len(set(names)) == len(names), file, label, "no dish twice")
                    found = [known[x] for x in names if x in known]
                    if meal == "LUNCH":
                        mains = [d for d in found if d["category"] == "MAIN"]
                        must({4, 5, 6, 7} <= {d["food_texture"] for d in mains}, file, label, "a main at textures 4, 5, 6 and 7")
                        must(any("HALAL" in d["diets"] for d in mains), file, label, "a halal main")
                        must(sum("VEGETARIAN" in d["diets"] for d in mains) >= 2, file, label, "two vegetarian mains")
                    must(any(d["category"] == "DRINK" for d in found), file, label, "a drink")
                for x in day["dishes"]:
                    who = f"weekday {day['weekday']} {x.get('meal')} {x.get('name')}"
                    must(list(x) == ["meal", "dish_type", "name", "prices", "portions"], file, who, "has exactly the documented keys")
                    must(x["meal"] in MEALS, file, who, "known meal")
                    rows[x["meal"]] += 1
                    sold[check_prices(file, who, x["prices"])] += 1
                    if must(x["name"] in known, file, who, "the kitchen has this dish"):
                        served.add(x["name"])
                        d, n = known[x["name"]], x["portions"]
                        must(n is None and d["category"] == "DRINK" or isinstance(n, int) and 20 <= n <= 150, file, who,
                             "20 to 150 portions, or null for a drink")
                        if x["dish_type"].startswith("Vegetarian"):
                            must("VEGETARIAN" in d["diets"], file, who, "stands among the vegetarian mains")
                        if x["dish_type"] == "Soft and pureed":
                            must(d["food_texture"] in range(3, 7), file, who, "stands among soft and pureed")
        must(served == set(known), file, kitchen, f"every dish is served, not {sorted(set(known) - served)}")
        must(sold["weight"] >= 3, file, kitchen, "a few dishes are sold by weight")
        must(3 <= sold["closed"] <= 20, file, kitchen, f"a handful without a patient price, has {sold['closed']}")
        rows["by weight"] += sold["weight"]
        rows["without patient price"] += sold["closed"]
    return rows


def main():
    hospitals, wards = check_hospitals()
    kitchens = check_kitchens(hospitals)
    dishes = check_dishes(kitchens)
    rows = check_cycles(kitchens, dishes)
    for fault in faults:
        print(fault, file=sys.stderr)

    def table(title, counter):
        print(f"{title:14}" + ", ".join(f"{k} {v}" for k, v in counter))

    count = lambda key: sorted(Counter(x for d in dishes for x in d[key]).items())
    print(f"{'hospitals':14}{len(hospitals)} with {wards} wards, {len(kitchens)} kitchens")
    table("dishes", [("all", len(dishes))] + sorted(Counter(d["kitchen"] for d in dishes).items()))
    table("categories", [(c, sum(d["category"] == c for d in dishes)) for c in CATEGORIES])
    table("food texture", sorted(Counter(d["food_texture"] for d in dishes if d["food_texture"] is not None).items()))
    table("drinks", sorted(Counter(d["drink_thickness"] for d in dishes if d["drink_thickness"] is not None).items()))
    table("diets", count("diets"))
    table("allergens", [(k, v) for k, v in count("labels") if k in ALLERGENS])
    table("other labels", [(k, v) for k, v in count("labels") if k not in ALLERGENS])
    table("may contain", [("dishes", sum(bool(d["may_contain"]) for d in dishes))] + count("may_contain"))
    table("menu rows", rows.items())
    print(f"{rules - len(faults)} passed, {len(faults)} failed")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
