#!/usr/bin/env bash
# Makes the certificates and keys of these tests anew. They protect nothing, and nothing trusts them.
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
touch "$work/index"
cat >"$work/config" <<END
[ca]
default_ca = here
[here]
database = $work/index
new_certs_dir = $work
rand_serial = yes
unique_subject = no
default_md = sha256
policy = any
copy_extensions = copy
[any]
commonName = supplied
END

# A certificate FILE.pem for a subject, valid from 2020 to END. Signs with the key ISSUER, by default its own.
certificate() {
  local file=$1 name=$2 constraint=$3 end=$4 issuer=${5-}
  local key="$work/$file.key" signed_by=(-selfsign -keyfile "$work/$file.key")
  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$key" 2>/dev/null
  openssl req -new -key "$key" -subj "/CN=$name" -addext "subjectAltName=DNS:$name" \
    -addext "basicConstraints=critical,$constraint" -out "$work/$file.csr"
  [ -z "$issuer" ] || signed_by=(-cert "$issuer.pem" -keyfile "$work/$issuer.key")
  openssl ca -batch -notext -config "$work/config" "${signed_by[@]}" -startdate 20200101000000Z -enddate "$end" \
    -in "$work/$file.csr" -out "$file.pem" 2>/dev/null
}

certificate issuer issuer.example CA:TRUE 21200101000000Z
certificate receiver receiver.example CA:FALSE 21200101000000Z issuer
certificate expired receiver.example CA:FALSE 20210101000000Z issuer
certificate self_signed receiver.example CA:FALSE 21200101000000Z
cp "$work"/{receiver,expired,self_signed}.key .
