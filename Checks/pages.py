# SPDX-License-Identifier: Apache-2.0
"""Opens every workbench page at several widths, light and dark, saves screenshots, runs axe-core on
each, makes keys and calls on the pages, and has proofs checked in the browser."""
import pathlib, re, sys, time
from axe_core_python.selenium import Axe
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys


def browser(width, height, dark=False):
    options = webdriver.ChromeOptions()
    for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"):
        options.add_argument(flag)
    driver = webdriver.Chrome(options=options)
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                           {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500})
    if dark:
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia",
                               {"features": [{"name": "prefers-color-scheme", "value": "dark"}]})
    return driver


def press(driver, text):
    """Presses the first button whose wording or label holds the text."""
    for button in driver.find_elements(By.TAG_NAME, "button"):
        said = f"{button.text} {button.get_attribute('aria-label') or ''}"
        if text.lower() in said.lower():
            driver.execute_script("arguments[0].click()", button)
            time.sleep(1.0)
            return True
    return False


def play(driver, base, shot, arm):
    """Plays a case with the keyboard alone: Tab, arrows, typing and Enter; returns what went wrong."""
    driver.get(base + "/play")
    keys = webdriver.ActionChains(driver)

    def tab_to(test, limit=120):
        for _ in range(limit):
            keys.send_keys(Keys.TAB).perform()
            element = driver.switch_to.active_element
            if test(element):
                return element
        raise AssertionError("the keyboard does not reach it")

    def named(name):
        return lambda element: element.get_attribute("name") == name

    def button(text):
        return lambda element: element.tag_name == "button" and text.lower() in element.text.lower()

    radio = tab_to(named("arm"))
    radio.send_keys(Keys.SPACE)
    for _ in range(arm):
        radio.send_keys(Keys.ARROW_DOWN)
        radio = driver.switch_to.active_element
    tab_to(button("Begin")).send_keys(Keys.ENTER)
    time.sleep(1)
    shot(f"play-{arm}-begun")
    for field, text in (("ask", "fever"), ("ask", "vital signs"), ("order", "CBC"), ("order", "ECG")):
        tab_to(named(field)).send_keys(text, Keys.ENTER)
        time.sleep(1)
    shot(f"play-{arm}-asked")
    tab_to(named("diagnosis")).send_keys("Pneumonia")
    tab_to(named("certainty")).send_keys("60", Keys.ENTER)
    time.sleep(1)
    shot(f"play-{arm}-sure")
    tab_to(button("I am sure")).send_keys(Keys.ENTER)
    time.sleep(3)
    shot(f"play-{arm}-verdict")
    text = driver.find_element(By.TAG_NAME, "main").text
    return [] if "of 5" in text or "score" in text.lower() else ["no verdict after a whole play"]


GATEWAY = [("models", "/catalogue"), ("keys", "/keys"), ("usage", "/usage"), ("invoices", "/invoices"),
           ("ledger", "/ledger"), ("ledger-entry", "/ledger/0"), ("who-saw", "/who-saw"), ("api", "/api")]


def wait(driver, script, seconds=20):
    """What the script gives once that is true; None where it never is."""
    for _ in range(seconds * 10):
        found = driver.execute_script("return " + script)
        if found:
            return found
        time.sleep(0.1)
    return None


def outcome(driver, part, action):
    """What a check in the browser comes to after a button of it was pressed."""
    driver.execute_script("delete arguments[0].dataset.outcome", part)
    part.find_element(By.CSS_SELECTOR, f"[data-do={action}]").click()
    for _ in range(200):
        found = part.get_attribute("data-outcome")
        if found:
            return found
        time.sleep(0.1)
    return None


def gateway(driver, base, shot):
    """Makes a key, calls with it, and checks what the ledger then proves; returns what went wrong."""
    wrong = []

    def expect(truth, what):
        if not truth:
            wrong.append(what)

    driver.get(base + "/keys")
    driver.find_element(By.XPATH, "//summary[text()='Make a key']").click()
    name = f"check-{int(time.time() * 1000)}"
    driver.find_element(By.ID, "new-name").send_keys(name, Keys.ENTER)
    key = wait(driver, "document.querySelector('#focus pre code')?.textContent")
    expect(key and key.strip().startswith("bsk_"), "no key was made")
    shot("keys-made")
    driver.get(base + "/keys")
    expect("bsk_" not in driver.page_source, "the key is shown a second time")

    driver.get(base + "/api")
    expect(wait(driver, "!document.querySelector('[data-part=try]').hidden"), "the form to try is not there")
    driver.find_element(By.ID, "try-key").send_keys(key or "")
    driver.find_element(By.CSS_SELECTOR, "[data-do=call]").click()
    status = wait(driver, "document.querySelector('[data-part=try]').dataset.status")
    expect(status == "200", f"the call was answered with {status}")
    shot("api-tried")
    stored = driver.execute_script("return JSON.stringify({...localStorage, ...sessionStorage}) + document.cookie")
    expect("bsk_" not in stored, "the key was stored")
    link = re.search(r"/ledger/(\d+)", driver.page_source[driver.page_source.find("On record as"):])
    entry = f"/ledger/{link.group(1)}" if link else "/ledger/0"
    expect(link, "the answer has no receipt")

    driver.get(base + entry)
    expect(wait(driver, "!document.querySelector('[data-part=proof]').hidden"), "no check of the proof")
    part = driver.find_element(By.CSS_SELECTOR, "[data-part=proof]")
    expect(outcome(driver, part, "check") == "holds", "the proof does not hold")
    shot("proof-holds")
    expect(outcome(driver, part, "tamper") == "fails", "a changed byte passes")
    shot("proof-fails")
    expect(outcome(driver, part, "restore") == "holds", "the record as it was does not hold")
    area = part.find_element(By.CSS_SELECTOR, "[data-bytes]")
    area.send_keys(Keys.END, " ")
    expect(outcome(driver, part, "check") == "fails", "a blank more passes")
    part.find_element(By.CSS_SELECTOR, "[data-do=restore]").click()
    field = part.find_element(By.CSS_SELECTOR, "[data-key]")
    at = len(field.get_attribute("value")) - 4
    letter = "A" if field.get_attribute("value")[at] != "A" else "B"
    driver.execute_script("arguments[0].value = arguments[0].value.slice(0, arguments[1]) + arguments[2]"
                          " + arguments[0].value.slice(arguments[1] + 1)", field, at, letter)
    expect(outcome(driver, part, "check") == "fails", "another key passes")

    driver.get(base + "/ledger")
    note = driver.find_element(By.CSS_SELECTOR, "#checkpoint").find_element(By.XPATH, "..") \
        .find_element(By.CSS_SELECTOR, "pre code").text
    driver.get(base + "/api")
    driver.find_element(By.ID, "try-key").send_keys(key or "")
    driver.find_element(By.CSS_SELECTOR, "[data-do=call]").click()
    wait(driver, "document.querySelector('[data-part=try]').dataset.status")
    driver.get(base + "/ledger")
    wait(driver, "!document.querySelector('[data-part=proof]').hidden")
    part = driver.find_element(By.CSS_SELECTOR, "[data-consistency]")
    part.find_element(By.CSS_SELECTOR, "[data-old]").send_keys(note)
    expect(outcome(driver, part, "consistency") == "holds", "an older checkpoint is not consistent")
    shot("consistency-holds")
    lines = note.split("\n")
    lines[1] = str(int(lines[1]) - 1)
    old = part.find_element(By.CSS_SELECTOR, "[data-old]")
    old.clear()
    old.send_keys("\n".join(lines))
    expect(outcome(driver, part, "consistency") == "fails", "a forged checkpoint is consistent")

    driver.get(base + "/usage")
    before = wait(driver, "document.querySelector('#live .figure')?.textContent")
    time.sleep(4.5)
    expect(driver.find_elements(By.CSS_SELECTOR, "#live svg"), "no chart after a refresh")
    expect("Live" in driver.find_element(By.CSS_SELECTOR, "[data-state]").text, f"usage is not live ({before})")
    driver.get(base + "/who-saw")
    driver.find_element(By.ID, "subject").send_keys("nobody-4711", Keys.ENTER)
    expect(wait(driver, "document.querySelector('#found')"), "no answer to who saw what")
    expect("nobody-4711" not in driver.page_source and "4711" not in driver.current_url,
           "the handle is shown")
    shot("who-saw-searched")
    driver.get(base + "/keys")
    driver.find_element(By.XPATH, "//summary[text()='Replace or take away a key']").click()
    driver.execute_script("document.getElementById('old-name').value = arguments[0]", name)
    press(driver, "Take it away")
    expect("opens nothing any more" in driver.find_element(By.TAG_NAME, "main").text, "the key stays")
    return wrong


def pages_of_gateway(base, out):
    """Every page about money and records where the bar is tightest, on a phone and in the dark."""
    problems = 0
    for width, height, dark in ((1400, 900, False), (1100, 900, True), (400, 844, False), (400, 844, True)):
        driver = browser(width, height, dark)
        for name, path in GATEWAY:
            driver.get(base + path)
            time.sleep(0.6)
            problems += look(driver, f"{name}{'-dark' if dark else ''}", width, height, out)
        if not dark:
            found = []
            wrong = gateway(driver, base, lambda n: found.append(look(driver, n, width, height, out)))
            for sentence in wrong:
                print(f"BAD gateway at {width}: {sentence}")
            problems += len(wrong) + sum(found)
        driver.quit()
    return problems


def main(base, out):
    out = pathlib.Path(out)
    out.mkdir(parents=True, exist_ok=True)
    problems = pages_of_gateway(base, out)
    for width, height in ((1280, 900), (390, 844)):
        driver = browser(width, height)
        steps = [("overview", "/", []), ("cohort", "/cohort", []), ("cohort-counted", "/cohort", ["Count"]),
                 ("discover", "/discover", []), ("discover-counted", "/discover", ["Count: Type 2"]),
                 ("play", "/play", []), ("work-up-start", "/work-up", []), ("work-up", "/work-up", ["Begin", "Yes", "No", "Yes"]),
                 ("ledger", "/ledger", []), ("ledger-verified", "/ledger", ["Verify"]),
                 ("ledger-entry", "/ledger/0", []), ("api", "/api", []), ("error", "/ledger/999999", [])]
        for name, path, presses in steps:
            driver.get(base + path)
            for field in driver.find_elements(By.CSS_SELECTOR, "main input[list]"):
                field.send_keys("E_66")
            for label in presses:
                if not press(driver, label):
                    print(f"BAD {name} at {width}: no button {label}")
                    problems += 1
            problems += look(driver, name, width, height, out)
        for arm in range(3):
            found = []
            for wrong in play(
                    driver, base, lambda n: found.append(look(driver, n, width, height, out)), arm):
                print(f"BAD play arm {arm} at {width}: {wrong}")
                problems += 1
            problems += sum(found)
        driver.quit()
    return 1 if problems else 0


def look(driver, name, width, height, out):
    overflow = driver.execute_script(
        "return document.documentElement.scrollWidth > document.documentElement.clientWidth")
    violations = Axe().run(driver)["violations"]
    full = driver.execute_script("return document.documentElement.scrollHeight")
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
        "width": width, "height": max(height, min(full, 6000)), "deviceScaleFactor": 1, "mobile": width < 500})
    driver.save_screenshot(str(out / f"{name}-{width}.png"))
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
        "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500})
    print(f"{name:16} {width:5}  axe violations {len(violations)}  overflow {overflow}")
    for violation in violations:
        print("   ", violation["id"], violation["help"], [n["html"][:120] for n in violation["nodes"][:3]])
    return len(violations) + bool(overflow)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: pages.py URL [OUT] [--gateway]")
    if "--gateway" in sys.argv:
        sys.argv.remove("--gateway")
        out = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else "screenshots")
        out.mkdir(parents=True, exist_ok=True)
        sys.exit(1 if pages_of_gateway(sys.argv[1].rstrip("/"), out) else 0)
    sys.exit(main(sys.argv[1].rstrip("/"), sys.argv[2] if len(sys.argv) > 2 else "screenshots"))
