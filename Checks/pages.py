# SPDX-License-Identifier: Apache-2.0
"""Opens every workbench page at two widths, saves screenshots, and runs axe-core on each."""
import pathlib, sys, time
from axe_core_python.selenium import Axe
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys


def browser(width, height):
    options = webdriver.ChromeOptions()
    for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"):
        options.add_argument(flag)
    driver = webdriver.Chrome(options=options)
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                           {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500})
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


def main(base, out):
    out = pathlib.Path(out)
    out.mkdir(parents=True, exist_ok=True)
    problems = 0
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
        sys.exit("usage: pages.py URL [OUT]")
    sys.exit(main(sys.argv[1].rstrip("/"), sys.argv[2] if len(sys.argv) > 2 else "screenshots"))
