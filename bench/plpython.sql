-- What a user would write: generator functions over urllib, one page after another or by threads, narrow and wide.
CREATE EXTENSION IF NOT EXISTS plpython3u;
CREATE FUNCTION py_narrow(url text, key text, threads int) RETURNS TABLE (record_id text, name text) LANGUAGE plpython3u AS $$
import json, urllib.request
from concurrent.futures import ThreadPoolExecutor
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
def page(offset):
    request = urllib.request.Request(url, json.dumps({"limit": 500, "offset": offset}).encode(),
                                     {"Authorization": "Bearer " + key, "Content-Type": "application/json"})
    with opener.open(request) as answer:
        return json.load(answer)["data"]
def rows(data):
    for record in data:
        name = record["values"]["name"]
        yield record["id"]["record_id"], name[0]["full_name"] if name else None
with ThreadPoolExecutor(threads) as pool:
    offset = 0
    while True:
        pages = list(pool.map(page, [offset + 500 * i for i in range(threads)])) if threads > 1 else [page(offset)]
        for data in pages:
            yield from rows(data)
        if len(pages[-1]) < 500:
            break
        offset += 500 * threads
$$;
CREATE FUNCTION py_wide(url text, key text, threads int) RETURNS TABLE (record_id text, created_at text, name text, first_name text, last_name text, emails text[],
	description text, company text, job_title text, phones text[], locality text, country text, a text, b text, c text, d text) LANGUAGE plpython3u AS $$
import json, urllib.request
from concurrent.futures import ThreadPoolExecutor
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
def page(offset):
    request = urllib.request.Request(url, json.dumps({"limit": 500, "offset": offset}).encode(),
                                     {"Authorization": "Bearer " + key, "Content-Type": "application/json"})
    with opener.open(request) as answer:
        return json.load(answer)["data"]
def first(values, slug, field):
    found = values.get(slug)
    return found[0].get(field) if found else None
def rows(data):
    for record in data:
        v = record["values"]
        rest = [json.dumps(v[slug][0]) if v[slug] else None for slug in sorted(v)[:4]]
        yield (record["id"]["record_id"], first(v, "created_at", "value"), first(v, "name", "full_name"), first(v, "name", "first_name"),
               first(v, "name", "last_name"), [e["email_address"] for e in v["email_addresses"]], first(v, "description", "value"),
               first(v, "company", "target_record_id"), first(v, "job_title", "value"), [p["phone_number"] for p in v["phone_numbers"]],
               first(v, "primary_location", "locality"), first(v, "primary_location", "country_code"), *rest)
with ThreadPoolExecutor(threads) as pool:
    offset = 0
    while True:
        pages = list(pool.map(page, [offset + 500 * i for i in range(threads)])) if threads > 1 else [page(offset)]
        for data in pages:
            yield from rows(data)
        if len(pages[-1]) < 500:
            break
        offset += 500 * threads
$$;
