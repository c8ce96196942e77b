#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Recomputes every price, invoice total and payout of an exported ledger from its price sheets alone.
bedside ledger export | split_check.py   (or a file as argument); says OK or the first mismatch."""
import bisect, collections, itertools, json, sys, time
sheets, assigned, used, calls = [], {}, collections.Counter(), 0
pots = collections.defaultdict(lambda: ([], []))  # (month, licensee, sheet): entry indexes, amounts
def in_force(licensee, ts):  # of the licensee's sheets the one that started last, then the last published
    wanted = assigned.get(licensee) or (sheets[0][1]["id"] if sheets else None)
    known = ((start, k) for k, (start, s) in enumerate(sheets) if start <= ts and s["id"] == wanted)
    return max(known, default=(0, None))[1]
def item_for(sheet, meter, model, licensee):  # a licensee's own before the sheet's, a name before *
    own = [i for o in sheet.get("overrides", []) if o["licensee"] == licensee for i in o["items"]]
    wanted = ((items, name) for items in (own, sheet["items"]) for name in (model, "*"))
    return next((i for items, name in wanted for i in items if i["model"] == name and i["meter"] == meter), None)
def month_price(item, n):  # what the first n units of a month cost: divided once, rounded half up
    steps = [(0, item["unit_price_micros"])] + [(t["from"], t["unit_price_micros"]) for t in item.get("tiers", [])]
    ends, free, unit = [s for s, _ in steps[1:]] + [n], item.get("free_quota", 0), item.get("unit", 1)
    return (sum(max(0, min(n, e) - max(s, free)) * p for (s, p), e in zip(steps, ends)) + unit // 2) // unit
def shares(total, split):  # largest remainder; the sort keeps the stated order among equals
    data = split.get("data_contributors", 0)
    data = sorted(data.items(), key=lambda d: d[0].encode()) if isinstance(data, dict) else [("", data)]
    parties = [(p, split.get(p, 0)) for p in ("owner", "distributor", "platform")]
    parties += [(f"data_contributors:{name}".rstrip(":"), points) for name, points in data]
    parts, rests = zip(*(divmod(abs(total) * points, 10000) for _, points in parties))
    extra = set(sorted(range(len(parts)), key=lambda k: -rests[k])[:abs(total) - sum(parts)])
    return {p: (part + (k in extra)) * (1 if total > 0 else -1) for k, ((p, _), part) in enumerate(zip(parties, parts))}
def payouts(month, size, licensees):  # what was billed by the entries before a size, and who gets it
    paid, billed = collections.Counter(), 0
    for (m, licensee, number), (indexes, amounts) in pots.items():
        if m != month or licensee not in licensees: continue
        total = sum(itertools.islice(amounts, bisect.bisect_left(indexes, size))); billed += total
        paid.update(shares(total, sheets[number][1]["split"] if number is not None else {"owner": 10000}))
    return billed, {party: micros for party, micros in paid.items() if micros}
for index, line in enumerate(open(sys.argv[1], encoding="utf-8") if sys.argv[1:] else sys.stdin):
    entry = json.loads(line); ts, body, expected, found = entry["ts"], entry["body"], None, None
    if entry["type"] == "price.published":
        sheet, names = body["sheet"], [(s["id"], s["version"]) for _, s in sheets]
        if (sheet["id"], sheet["version"]) not in names and sheet["currency"] == (sheets or [(0, sheet)])[0][1]["currency"]:
            sheets.append((max(sheet["effective"], ts), sheet))
    elif entry["type"] == "license.granted": assigned[body["licensee"]] = body.get("price_sheet")
    elif entry["type"] == "call.settled":
        month, licensee, price, calls = time.strftime("%Y-%m", time.gmtime(ts // 1000)), body.get("licensee"), 0, calls + 1
        number = in_force(licensee, ts); sheet = sheets[number][1] if number is not None else None
        for meter, n in body.get("quantities", {}).items():
            key = month, licensee, body["model"], meter; before = used[key]; used[key] += n
            item = sheet and item_for(sheet, meter, body["model"], licensee)
            if item: price += month_price(item, before + n) - month_price(item, before)
        expected = price, sheet and f"{sheet['id']}@{sheet['version']}"; found = body.get("price_micros", 0), body.get("sheet")
        pots[month, licensee, number][0].append(index); pots[month, licensee, number][1].append(price)
    elif entry["type"] == "payout.computed":
        whose = [body["licensee"]] if "licensee" in body else {l for _, l, _ in pots}
        expected = payouts(body["month"], body["checkpoint_size"], whose)
        found = body["total_micros"], {party: micros for party, micros in body["shares"].items() if micros}
    if expected != found: sys.exit(f"MISMATCH entry {index} {entry['type']}: the sheets say {expected}, the entry {found}")
for month, licensee in sorted({(m, l or "") for m, l, _ in pots} | {(m, "~all") for m, _, _ in pots}):
    billed, paid = payouts(month, index + 1, {l for _, l, _ in pots} if licensee == "~all" else [licensee or None])
    if sum(paid.values()) != billed: sys.exit(f"MISMATCH {month}: billed {billed}, paid out {sum(paid.values())}")
    print(month, {"": "house", "~all": "everybody"}.get(licensee, licensee), billed, *(f"{p}={m}" for p, m in sorted(paid.items())))
print(f"OK: {calls} settled calls, their prices, invoices and payouts recomputed from {len(sheets)} sheets")
