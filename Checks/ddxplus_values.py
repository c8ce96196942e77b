#!/usr/bin/env python3
"""Writes Sources/Knowledge/DDXPlus/values.tsv and demographics.tsv.

How each condition answers the 15 evidences with categories or scales, and its age and sex: from the
top-five and mean figures of the training split where DDXPlus's profile has them, else counted on
the development patients and drawn towards what is usual over all conditions.

usage: ddxplus_values.py DDXPLUS_FOLDER OUT_FOLDER [--rows even|odd|all]
"""
import ast
import collections
import csv
import json
import math
import sys
import unicodedata

SEVERAL = ["E_54", "E_55", "E_57", "E_133", "E_152"]
PROFILE = {"douleurxx_carac": "E_54", "douleurxx_endroitducorps": "E_55", "douleurxx_irrad": "E_57"}
SCALES = {"douleurxx_intens": "E_56", "douleurxx_soudain": "E_59", "douleurxx_precis": "E_58",
          "lesions_peau_intens": "E_134"}
# Patients' worth of the overall age and sex mix that each condition is drawn towards.
PULL = 20
BANDS = [(0, 0), (1, 4), (5, 14), (15, 29), (30, 44), (45, 59), (60, 74), (75, 200)]


def plain(text):
    text = unicodedata.normalize("NFKD", text.lower())
    return "".join(c for c in text if c.isalnum())


def read(folder, rows):
    evidences = json.load(open(f"{folder}/release_evidences.json"))
    base = json.load(open(f"{folder}/derived_kb.json"))
    profile = json.load(open(f"{folder}/train_profile_by_cui.json"))
    by_count = {entry["count"]: entry for entry in profile.values()}
    patients = list(csv.DictReader(open(f"{folder}/test_patients_sample.csv")))
    if rows != "all":
        patients = patients[(0 if rows == "even" else 1)::2]
    return evidences, base, by_count, patients


def answers(patient, valued, defaults):
    given = collections.defaultdict(list)
    for item in ast.literal_eval(patient["features"]):
        if "_@_" in item:
            code, value = item.split("_@_")
            given[code].append(value)
    return {code: given.get(code) or [defaults[code]] for code in valued}


def main():
    folder, out = sys.argv[1:3]
    rows = sys.argv[4] if len(sys.argv) > 4 else "all"
    evidences, base, by_count, patients = read(folder, rows)
    valued = [code for code in evidences if evidences[code]["data_type"] != "B"]
    defaults = {code: str(evidences[code]["default_value"]) for code in valued}
    given = collections.defaultdict(list)
    everyone = collections.defaultdict(collections.Counter)
    for patient in patients:
        own = answers(patient, valued, defaults)
        given[patient["diagnosis"]].append((own, int(patient["age"]), patient["sex"]))
        for code, values in own.items():
            everyone[code].update(values)
    total = len(patients)
    with open(f"{out}/values.tsv", "w") as file:
        file.write("condition\tevidence\tvalue\tprobability\n")
        for condition in base["conditions"]:
            name = condition["name"]
            entry = by_count[condition["train_count"]]
            own = [answer for answer, _, _ in given[name]]
            for code in valued:
                for value, share in row(code, own, entry, evidences[code], everyone[code], total):
                    if share >= 0.004:
                        file.write(f"{name}\t{code}\t{value}\t{share:.4f}\n")
    with open(f"{out}/demographics.tsv", "w") as file:
        file.write("condition\tvariable\tvalue\tprobability\n")
        ages = collections.Counter(band(int(p["age"])) for p in patients)
        sexes = collections.Counter(p["sex"] for p in patients)
        for condition in base["conditions"]:
            people = given[condition["name"]]
            n = len(people)
            for index in range(len(BANDS)):
                count = sum(band(age) == index for _, age, _ in people)
                share = (count + PULL * ages[index] / total) / (n + PULL)
                file.write(f"{condition['name']}\tage\t{BANDS[index][0]}\t{share:.4f}\n")
            count = sum(sex == "F" for _, _, sex in people)
            share = (count + PULL * sexes["F"] / total) / (n + PULL)
            file.write(f"{condition['name']}\tsex\tfemale\t{share:.4f}\n")


def band(age):
    return next(i for i, (low, high) in enumerate(BANDS) if low <= age <= high)


def row(code, own, entry, evidence, everyone, total):
    """Pairs of value and P(value | condition)."""
    values = [str(value) for value in evidence["possible-values"]]
    n = len(own)
    counts = collections.Counter(value for answer in own for value in answer[code])
    if code in SEVERAL:
        known = {}
        for french, code_of in PROFILE.items():
            if code_of == code:
                names = {plain(evidence["value_meaning"][v]["fr"]): v for v in values}
                for text, share in entry.get("cat_top", {}).get(french, []):
                    # The profile spells some values longer ("une brûlure_ou_chaleur").
                    fitting = [name for name in names if plain(text).startswith(name)]
                    if not fitting:
                        raise SystemExit(f"{code}: no value is called {text!r}")
                    known[names[max(fitting, key=len)]] = share
        ceiling = min(known.values()) if len(known) == 5 else 1
        for value in values:
            usual = everyone[value] / total
            share = (counts[value] + 0.5 * usual) / (n + 0.5)
            yield value, known.get(value, min(share, ceiling) if known else share)
        return
    prior = {value: everyone[value] / total for value in values}
    for french, code_of in SCALES.items():
        mean = entry.get("numeric_mean", {}).get(french)
        if code_of == code and mean is not None:
            bell = {v: math.exp(-((int(v) - mean) ** 2) / (2 * 1.5**2)) for v in values}
            scale = sum(bell.values())
            prior = {value: share / scale for value, share in bell.items()}
    weight = 1
    for value in values:
        yield value, (counts[value] + weight * prior[value]) / (n + weight)


main()
