# How ./test installs what is missing: from the system's own packages, or not at all. Sourced by ./test.
# shellcheck shell=bash

# Says why on standard error and ends the run.
give_up() {
  printf '\n./test: %s\n' "$*" >&2
  exit 1
}

# Installs packages with apt-get: apt_install WHAT PACKAGE…
apt_install() {
  local what=$1
  shift
  local as_root=() by_hand="sudo apt-get update && sudo apt-get install $*"
  if [ "$(id -u)" != 0 ]; then
    sudo -n true 2>/dev/null || give_up "$what is missing and installing it asks for a password. Run this, then ./test again:
  $by_hand"
    as_root=(sudo -n)
  fi
  printf '%s is missing: apt-get install %s\n' "$what" "$*"
  # The lock is waited for: somebody else may be installing at the same time.
  local options=(-q -y -o DPkg::Lock::Timeout=300 -o APT::Install-Recommends=false)
  ${as_root[@]+"${as_root[@]}"} apt-get -q update >/dev/null || printf 'apt-get update failed; trying with the old lists\n' >&2
  ${as_root[@]+"${as_root[@]}"} env DEBIAN_FRONTEND=noninteractive apt-get install "${options[@]}" "$@" \
    || give_up "$what could not be installed. Try by hand:
  $by_hand"
}

# Installs packages with Homebrew: brew_install WHAT ARGUMENT…
brew_install() {
  local what=$1
  shift
  printf '%s is missing: brew install %s\n' "$what" "$*"
  brew install "$@" || give_up "$what could not be installed. Try by hand:
  brew install $*"
}

has() {
  type -P "$1" >/dev/null
}
