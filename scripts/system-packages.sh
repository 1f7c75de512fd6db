#!/bin/sh
# Real peers for the tests, from Debian. Without root nothing is installed and the tests that need them skip loudly.
set -eu
wanted="age git openssh-client openssh-server dcmtk orthanc chromium fonts-noto-cjk poppler-utils
snmp snmpd ipmitool openipmi postgresql
minisign rpm osslsigncode
podman runc mmdebstrap iproute2 util-linux"
missing=
for package in $wanted; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "SKIPPED for want of root: tests that need$missing" >&2
    exit 0
fi
export DEBIAN_FRONTEND=noninteractive
# Debian starts what it installs; nothing of ours may listen beyond loopback, so no service is started.
policy=/usr/sbin/policy-rc.d
made=no
if [ ! -e "$policy" ]; then printf '#!/bin/sh\nexit 101\n' > "$policy"; chmod +x "$policy"; made=yes; fi
apt-get update -q >/dev/null
# shellcheck disable=SC2086
apt-get install -qy --no-install-recommends $missing >/dev/null
[ "$made" = no ] || rm -f "$policy"
