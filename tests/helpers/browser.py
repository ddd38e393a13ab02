"""A headless Chromium that tests drive, and what it noticed."""

from __future__ import annotations

import json
import os
import shutil
from urllib.parse import urlsplit

import pytest

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "chrome")
OPTIONS = (
    "--headless=new",
    "--no-sandbox",  # containers run as root
    "--disable-dev-shm-usage",
    "--window-size=1400,1200",
)


class Browser:
    """One Chromium; ``open`` begins each test anew."""

    def __init__(self, program, driver):
        from selenium import webdriver
        from selenium.webdriver.chrome.service import Service

        options = webdriver.ChromeOptions()
        options.binary_location = program
        for option in OPTIONS:
            options.add_argument(option)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service(driver))

    def open(self, page, chosen=""):
        """Open a page from disk, and forget what was noticed of the one before."""
        self.driver.get("about:blank")
        self.requested()
        self.said()
        self.driver.get(f"{page.as_uri()}{chosen}")

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def wait(self, script, seconds=10):
        """Wait until a script's value is true; return it."""
        from selenium.webdriver.support.ui import WebDriverWait

        return WebDriverWait(self.driver, seconds, 0.05).until(lambda _: self.run(script))

    def type(self, selector, text):
        self.element(selector).send_keys(text)

    def press(self, keys):
        """Press keys where the focus is."""
        from selenium.webdriver import ActionChains

        ActionChains(self.driver).send_keys(keys).perform()

    def click(self, selector):
        self.element(selector).click()

    def choose(self, selector, words):
        from selenium.webdriver.support.ui import Select

        Select(self.element(selector)).select_by_visible_text(words)

    def element(self, selector):
        return self.driver.find_element("css selector", selector)

    def texts(self, selector):
        return self.run(
            "return [...document.querySelectorAll(arguments[0])].map((e) => e.textContent)",
            selector,
        )

    def said(self):
        """List what the console holds since the last call."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def requested(self):
        """List the addresses that were asked for since the last call."""
        messages = [json.loads(entry["message"])["message"] for entry in self._log()]
        sent = [each for each in messages if each["method"] == "Network.requestWillBeSent"]
        return [urlsplit(each["params"]["request"]["url"]) for each in sent]

    def close(self):
        self.driver.quit()

    def _log(self):
        return self.driver.get_log("performance")


def open_browser():
    """Start the Chromium that BENCH_BROWSER names, else one on the path, with its chromedriver.

    Without both the test is skipped with a notice, unless BENCH_BROWSER or CI promised them.
    """
    named = os.environ.get("BENCH_BROWSER")
    program = next(filter(None, map(shutil.which, [named] if named else PROGRAMS)), None)
    driver = shutil.which("chromedriver")
    if program and driver:
        return Browser(program, driver)
    missing = "chromedriver" if program else named or "Chromium"
    message = f"{missing} not found: install Debian's chromium and chromium-driver"
    if named or os.environ.get("CI") == "true":
        pytest.fail(message)
    return pytest.skip(f"pages are not opened in a browser: {message}")
