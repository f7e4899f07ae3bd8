# The browser of the browser tests: Chromium or Chrome, and a chromedriver of the same version. Sourced by ./test.
# shellcheck shell=bash

# Exports SLOTKEEPER_TEST_CHROMIUM and SLOTKEEPER_TEST_CHROMEDRIVER; installs both where there is no pair.
# Where the two variables are set already, that pair is taken.
find_browser() {
  if [ -z "${SLOTKEEPER_TEST_CHROMIUM:-}" ] || [ -z "${SLOTKEEPER_TEST_CHROMEDRIVER:-}" ]; then
    look_for_browser || install_browser
  fi
  export SLOTKEEPER_TEST_CHROMIUM SLOTKEEPER_TEST_CHROMEDRIVER
}

install_browser() {
  local what="A browser with its driver"
  if has apt-get && grep -q '^ID=ubuntu' /etc/os-release 2>/dev/null; then
    apt_install "$what" chromium-browser chromium-chromedriver
  elif has apt-get; then
    apt_install "$what" chromium chromium-driver fonts-dejavu-core
  elif has brew; then
    local brewed=()
    [ -n "$(browsers)" ] || brewed+=(google-chrome)
    [ -n "$(drivers)" ] || brewed+=(chromedriver)
    [ ${#brewed[@]} -eq 0 ] || brew_install "$what" --cask "${brewed[@]}"
  fi
  look_for_browser || give_up "no browser and driver of the same version.
Browsers found: $(browsers | versions)
Drivers found:  $(drivers | versions)
Install or upgrade both from your system's packages and run ./test again (Debian: chromium chromium-driver; Ubuntu:
chromium-browser chromium-chromedriver, or Google Chrome; macOS: brew install --cask google-chrome chromedriver).
macOS refuses a new chromedriver until it is told otherwise: xattr -d com.apple.quarantine \"\$(which chromedriver)\""
}

# Takes the first browser that has a driver of its own major version.
look_for_browser() {
  local browser driver
  while read -r browser; do
    while read -r driver; do
      if [ "$(major "$browser")" = "$(major "$driver")" ]; then
        SLOTKEEPER_TEST_CHROMIUM=$browser
        SLOTKEEPER_TEST_CHROMEDRIVER=$driver
        return 0
      fi
    done < <(drivers)
  done < <(browsers)
  return 1
}

# Every browser of this machine, a line each.
browsers() {
  local name
  for name in chromium chromium-browser google-chrome google-chrome-stable \
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" \
    "/Applications/Chromium.app/Contents/MacOS/Chromium"; do
    runs "$name"
  done
}

# Every chromedriver of this machine, a line each.
drivers() {
  local name
  for name in chromedriver "${CHROMEWEBDRIVER:-/nowhere}/chromedriver" chromium.chromedriver \
    /usr/lib/chromium/chromedriver /usr/lib/chromium-browser/chromedriver /opt/homebrew/bin/chromedriver; do
    runs "$name"
  done
}

# Prints the path of a program that exists and tells its version (Ubuntu's chromium-browser may be an empty shell).
runs() {
  local path
  path=$(type -P "$1") || return 0
  [ -z "$(major "$path")" ] || printf '%s\n' "$path"
}

# The first number of a program's version: 140 of "Chromium 140.0.7339.80 built on Debian".
major() {
  "$1" --version 2>/dev/null </dev/null | sed -n 's/^[^0-9]* \([0-9][0-9]*\)\..*/\1/p' | head -n 1
}

versions() {
  local path found=""
  while read -r path; do
    found="$found$path ($(major "$path")) "
  done
  printf '%s\n' "${found:-none}"
}
