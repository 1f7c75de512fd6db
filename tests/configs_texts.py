"""Configurations made up for the tests: secrets of every shape, planted among harmless lines. All values are random."""

from __future__ import annotations

import random
import string

WORD = string.ascii_letters + string.digits + "!#$%*+-.?^_~"
HARMLESS = {
    "cisco_ios": """
service timestamps log datetime msec localtime show-timezone
service password-encryption
no service pad
boot-start-marker
boot system flash:/c3750-ipbasek9-mz.122-55.SE12/c3750-ipbasek9-mz.122-55.SE12.bin
boot-end-marker
aaa new-model
aaa authentication login default group tacacs+ local
aaa authentication password-prompt Word:
aaa session-id common
clock timezone CST 8
password encryption aes
security passwords min-length 8
switch 1 provision ws-c3750g-24ts-1u
system mtu routing 1500
vtp domain IMAGING
vtp mode transparent
ip ssh version 2
ip ssh rsa keypair-name core-9.example
crypto pki trustpoint TP-self-signed-1234567890
 enrollment selfsigned
 subject-name cn=IOS-Self-Signed-Certificate-1234567890
 rsakeypair TP-self-signed-1234567890
key chain ROUTES
 key 1
  accept-lifetime 00:00:00 Jan 1 2026 infinite
spanning-tree mode rapid-pvst
spanning-tree portfast bpduguard default
vlan internal allocation policy ascending
vlan 110
 name PACS-SERVERS-ROOM2
class-map match-any VOICE
 match ip dscp ef
interface Loopback0
 ip address 10.9.0.1 255.255.255.255
interface GigabitEthernet1/0/1
 description pacs-a eth0 (rack R02 U14, panel PP1-07)
 switchport access vlan 110
 ip ospf authentication message-digest
 standby 1 authentication md5 key-chain ROUTES
 spanning-tree portfast
interface TenGigabitEthernet1/1/1
 description uplink core-9 Te3/2, 00:1b:0d:aa:bb:cc
 switchport mode trunk
router ospf 1
 area 0 authentication message-digest
 network 10.9.0.0 0.0.255.255 area 0
ip access-list extended MANAGEMENT
 remark the password server and the secret store live here
 permit tcp 10.9.4.0 0.0.0.255 any eq 22
logging host 10.9.4.5
snmp-server engineID local 800000090300001B0DAABBCC
snmp-server location Imaging centre, 2nd floor
snmp-server enable traps snmp authentication linkdown linkup
mac address-table static 0011.2233.4455 vlan 110 interface GigabitEthernet1/0/1
ntp trusted-key 1
ntp server 10.9.4.1 key 1 prefer
line con 0
 logging synchronous
 exec-timeout 10 0
line vty 0 4
 transport input ssh""",
    "cisco_catos": """
#version 8.4(1)
#system
set system name core-8
set system location Imaging centre
#!
set ip permit enable telnet
set ip permit 10.9.4.0 255.255.255.0
set snmp trap enable module
set vlan 110 name PACS-SERVERS type ethernet mtu 1500 said 100110 state active
set port name 3/1 pacs-a eth0
set vtp mode transparent
set logging server 10.9.4.5
set ntp server 10.9.4.1
set timezone CST 8""",
    "brocade_fos": """
[Configuration upload Information]
Configuration Format = 2.0
FOS version = v6.2.0g
[Boot Parameters]
boot.ipa:10.9.3.1
boot.mac:10:00:00:05:1e:0a:0b:0c
[Configuration]
fabric.domain:1
fabric.ops.E_D_TOV:2000
snmp.sysLocation:Imaging centre
snmp.usmUserPaswdEncFlag:0
snmp.accessList.0.address:10.9.4.0
switch.name:san-1
switch.nodeWwn:10:00:00:05:1e:0a:0b:0c
ts.clockServer:10.9.4.1
[Zoning]
alias.pacs_a_hba1:10:00:00:00:c9:0a:0b:0c
alias.chapel_hba:10:00:00:00:c9:0a:0b:0d
zone.pacs_a_vnx_spa0:pacs_a_hba1;vnx_spa0
cfg.night_cfg:pacs_a_vnx_spa0
enable:night_cfg""",
    "emc_vnx": """
Agent Rev:           7.32.27 (0.14)
Name:                VNX5500
Serial No:           CKM00123456789
LOGICAL UNIT NUMBER 12
UID:                 60:06:01:60:0A:0B:0C:00:11:22:33:44:55:66:E0:11
Storage Group Name:    pacs
HBA UID                                          SP Name     SPPort
20:00:00:00:C9:0A:0B:0C:10:00:00:00:C9:0A:0B:0C   SP A         1""",
    "linux": """
<?xml version="1.0"?>
<cluster config_version="7" name="pacs">
  <clusternode name="pacs-a" nodeid="1" votes="1">
DEVICE=bond0
BONDING_OPTS="mode=active-backup miimon=100"
IPADDR=10.9.1.1
Bonding Mode: fault-tolerance (active-backup)
Permanent HW addr: 00:1a:64:aa:bb:cc
 /dev/mapper/vg_pacs-lv_images /images ext3 defaults 1 2""",
}

# Where a secret stands: `{w}` a word, `{b}` words with a blank, `{7}` reversible, `{5}` `{8}` `{9}` hashes, `{h}` hex.
IOS = r"""
enable secret 5 {5}
enable secret 4 {x}
enable secret 8 {8}
enable secret 9 {9}
enable secret 0 {w}
enable secret level 5 5 {5}
enable algorithm-type scrypt secret {w}
enable password {b}
enable password 7 {7}
enable password level 3 6 {x}
username a1 password {w}
username a2 password 0 {b}
username a3 password 7 {7}
username a4 privilege 15 secret 5 {5}
username a5 privilege 15 secret 4 {x}
username a6 secret 8 {8}
username a7 secret 9 {9}
username a8 privilege 1 view ops secret 0 {w}
username a9 algorithm-type sha256 secret {w}
username b1 common-criteria-policy P password 6 {x}
username b2 autocommand show clock password 7 {7}
parser view ops\n secret 5 {5}
snmp-server community {w} RO
snmp-server community {w} RW 99
snmp-server community {w} view V RO 10
snmp-server community {w} RO ipv6 L 10
snmp-server host 10.9.0.5 {w}
snmp-server host 10.9.0.5 version 1 {w}
snmp-server host 10.9.0.5 version 2c {w} snmp
snmp-server host 10.9.0.5 vrf M version 2c {w} udp-port 1162
snmp-server host 10.9.0.5 informs version 3 priv {w}
snmp-server host 10.9.0.5 traps {w} config
snmp-server user u1 g v3 auth md5 {w}
snmp-server user u2 g v3 auth sha {w} priv aes 128 0therWordThere
snmp-server user u3 g v3 auth sha 0therWordThere priv des {w}
snmp-server user u4 g v3 auth sha 0therWordThere priv des56 {w}
snmp-server user u5 g v3 auth md5 0therWordThere priv 3des {w}
snmp-server user u6 g v3 auth sha 0therWordThere priv aes 256 {w} access 10
snmp-server user u7 g v3 encrypted auth sha {h}
snmp-server user u8 g remote 10.9.0.6 udp-port 162 v3 auth md5 {w}
snmp-server user u9 g v3 auth sha-2 256 {w}
snmp mib community-map {w} engineid 800000090300001B0DAABBCC
rmon event 1 log trap {w} description up owner net
rmon event 2 trap {w} owner net
tacacs-server key {b}
tacacs-server key 7 {7}
tacacs-server key 0 {w}
tacacs-server host 10.9.0.6 key {w}
tacacs-server host 10.9.0.6 single-connection port 49 key 7 {7}
radius-server key {b}
radius-server key 7 {7}
radius-server host 10.9.0.6 auth-port 1812 acct-port 1813 key {w}
radius-server host 10.9.0.6 auth-port 1812 acct-port 1813 timeout 5 key 7 {7}
radius-server host 10.9.0.6 pac key 7 {7}
radius server R1\n address ipv4 10.9.0.7 auth-port 1812 acct-port 1813\n key 7 {7}
radius server R2\n address ipv4 10.9.0.7 auth-port 1812 acct-port 1813\n key {w}
radius server R3\n address ipv4 10.9.0.7\n key {n}
radius server R4\n address ipv4 10.9.0.7\n pac key 7 {7}
tacacs server T1\n address ipv4 10.9.0.8\n key 6 {x}
tacacs server T2\n address ipv4 10.9.0.8\n key {w}
aaa group server tacacs+ G1\n server-private 10.9.0.8 key 7 {7}
aaa group server radius G2\n server-private 10.9.0.8 auth-port 1812 acct-port 1813 key {w}
aaa server radius dynamic-author\n client 10.9.0.9 server-key 7 {7}
aaa server radius dynamic-author\n client 10.9.0.9 server-key {w}
aaa server radius dynamic-author\n server-key {w}
key chain K1\n key 1\n  key-string {b}
key chain K2\n key 1\n  key-string 7 {7}
key chain K3\n key 2\n  key-string 6 {x}
key chain K4 macsec\n key 01\n  key-string {h}
key config-key password-encrypt {w}
crypto isakmp key {w} address 10.9.2.1
crypto isakmp key 6 {x} address 10.9.2.1 255.255.255.0
crypto isakmp key 0 {w} hostname peer.example
crypto isakmp client configuration group REMOTE\n dns 10.9.0.1\n key {w}
crypto isakmp client configuration group REMOTE2\n key {n}
crypto isakmp peer address 10.9.2.1\n set aggressive-mode password {w}
crypto keyring KR\n pre-shared-key address 10.9.2.1 key {w}
crypto keyring KR2\n pre-shared-key address 0.0.0.0 0.0.0.0 key 6 {x}
crypto keyring KR3\n pre-shared-key hostname peer.example key {w}
crypto ikev2 keyring IK\n peer P\n  pre-shared-key {w}
crypto ikev2 keyring IK2\n peer P\n  pre-shared-key local {w}
crypto ikev2 keyring IK3\n peer P\n  pre-shared-key remote 6 {x}
crypto ikev2 keyring IK4\n peer P\n  pre-shared-key hex {h}
crypto map M 10 ipsec-manual\n set session-key inbound esp 1000 cipher {h} authenticator 0123456789abcdef
crypto map M 11 ipsec-manual\n set session-key outbound esp 1000 cipher 0123456789abcdef authenticator {h}
crypto map M 12 ipsec-manual\n set session-key inbound ah 1000 {h}
crypto pki trustpoint T1\n password 7 {7}
crypto pki trustpoint T2\n enrollment url http://10.9.0.2\n password {w}
crypto pki trustpoint T3\n rsakeypair K 2048\n enrollment url http://bob:{w}@10.9.0.2/scep
crypto pki server CA\n database url ftp://10.9.0.3/ca username bob password {w}
crypto pki profile enrollment E\n enrollment credential C\n authentication terminal password {w}
dot11 ssid A\n authentication key-management wpa\n wpa-psk ascii {w}
dot11 ssid B\n wpa-psk ascii 7 {7}
dot11 ssid C\n wpa-psk hex 0 {h}
wlan W 1 W\n security wpa psk set-key ascii 0 {w}
wlan W2 2 W2\n security wpa psk set-key hex 8 {h}
interface Dot11Radio0\n encryption vlan 1 key 1 size 128bit 7 {h} transmit-key
interface Dot11Radio1\n encryption key 2 size 40bit 0 {h}
line con 0\n password {b}
line vty 0 4\n password 7 {7}
line aux 0\n password 0 {w}
line vty 5 15\n password 6 {x}
interface Dialer1\n ppp chap password 0 {w}
interface Dialer2\n ppp chap password 7 {7}
interface Dialer3\n ppp pap sent-username bob password 7 {7}
interface Dialer4\n ppp pap sent-username bob password {w}
interface Dialer5\n dialer remote-name x\n ppp eap password 7 {7}
ntp authentication-key 1 md5 {w}
ntp authentication-key 2 md5 {7} 7
ntp authentication-key 3 hmac-sha2-256 {w}
ntp authentication-key 4 cmac-aes-128 {w} 7
router bgp 65000\n neighbor 10.9.2.2 password {w}
router bgp 65001\n neighbor PEERS password 7 {7}
router bgp 65002\n neighbor 2001:db8::1 password 7 {7}
interface Vlan10\n ip ospf authentication-key {w}
interface Vlan11\n ip ospf authentication-key 7 {7}
interface Vlan12\n ip ospf message-digest-key 1 md5 {w}
interface Vlan13\n ip ospf message-digest-key 1 md5 7 {7}
router ospf 2\n area 1 virtual-link 10.9.3.3 authentication-key {w}
router ospf 3\n area 1 virtual-link 10.9.3.3 message-digest-key 1 md5 7 {7}
router ospf 4\n area 1 sham-link 10.9.3.3 10.9.3.4 message-digest-key 1 md5 {w}
interface Vlan14\n ipv6 ospf authentication ipsec spi 500 md5 {h}
interface Vlan15\n ipv6 ospf authentication ipsec spi 501 sha1 7 {h}
interface Vlan16\n ipv6 ospf encryption ipsec spi 502 esp 3des {h} md5 {h}
router eigrp N\n address-family ipv4 as 1\n  af-interface default\n   authentication mode hmac-sha-256 7 {7}
router eigrp N2\n address-family ipv4 as 1\n  af-interface default\n   authentication mode hmac-sha-256 {w}
router isis\n domain-password {w}
router isis A\n area-password {w} authenticate snp validate
interface Vlan17\n isis password {w} level-1
interface Vlan18\n standby 1 authentication {w}
interface Vlan19\n standby 1 authentication text {w}
interface Vlan20\n standby 1 authentication md5 key-string {w}
interface Vlan21\n standby 1 authentication md5 key-string 7 {7} timeout 30
interface Vlan22\n vrrp 1 authentication {w}
interface Vlan23\n vrrp 1 authentication text {w}
interface Vlan24\n vrrp 1 authentication md5 key-string 7 {7}
interface Vlan25\n glbp 1 authentication text {w}
interface Vlan26\n glbp 1 authentication md5 key-string 7 {7}
interface Tunnel1\n ip nhrp authentication {w}
interface Vlan27\n ip rsvp authentication key {w}
mpls ldp neighbor 10.9.5.5 password {w}
mpls ldp neighbor 10.9.5.5 password 7 {7}
mpls ldp password required for 10\nmpls ldp password option 1 for 10 7 {7}
ip msdp password peer 10.9.5.6 7 {7}
ip ftp password {w}
ip ftp password 7 {7}
ip http client password {w}
ip http client password 7 {7}
ip wccp web-cache password 0 {w}
ip mobile secure host 10.9.6.1 spi 100 key hex {h}
archive\n path ftp://bob:{w}@10.9.0.3/$h
archive\n path scp://bob:p/{w}@10.9.0.3/$h-$t
kron policy-list K\n cli copy running-config ftp://bob:{w}@10.9.0.3/x.cfg
ip http client proxy-server http://bob:{w}@10.9.0.4 proxy-port 80
event manager environment _ftp_password {w}
event manager environment mail_pw {w}
event manager environment _api_token {w}
event manager applet A\n action 1.0 mail server "bob:{w}@10.9.0.5" to "a@b.example"
event manager applet B\n action 1.0 cli command "copy run ftp://bob:{w}@10.9.0.3/x"
call-home\n mail-server bob:{w}@10.9.0.5 priority 1
cns password {w}
cns trusted-server all-agents 10.9.0.4\ncns config partial 10.9.0.4 80 password 7 {7}
vtp password {w}
vtp password {w} hidden
vtp secret {h}
l2tp-class L\n authentication\n password 7 {7}
l2tp-class L2\n digest secret 0 {w} hash MD5
vpdn-group V\n l2tp tunnel password 7 {7}
vpdn-group V2\n l2tp tunnel password {w}
ldap server L\n bind authenticate root-dn cn=svc,dc=x password 7 {7}
ldap server L2\n bind authenticate root-dn cn=svc,dc=x password {w}
dot1x credentials D\n username sw\n password 7 {7}
dot1x credentials D2\n username sw\n password {w}
cts credentials id core-9 password 7 {7}
cts sxp default password 7 {7}
interface Gi1/0/9\n cts manual\n  sap pmk {h} mode-list gcm-encrypt
sip-ua\n authentication username bob password 7 {7} realm x
sip-ua\n credentials username bob password 7 {7} realm x
telephony-service\n web admin system name bob password {w}
ephone 1\n pin {n}
chat-script DIAL "" "ATDT1" TIMEOUT 30 ogin: "bob" assword: {w}
mobility secret {w}
crypto engine new-card passphrase {w}
snmp-server user v1 g v3 auth sha 0therWordThere priv {w}
snmp-server mib community-map {w}:100 context c
rf-switch snmp-community {w}
interface Vlan28\n ipv6 nhrp authentication {w}
interface Vlan29\n vrrp 1 address-family ipv4\n  authentication text {w}
fhrp\n authentication md5 key-string 7 {7}
failover key {w}
failover key hex {h}
wlan W3 3 W3\n security static-wep-key encryption 104 ascii 0 {w} 1
wlan W4 4 W4\n passphrase ascii 0 {w}
wlan W5 5 W5\n sae-password ascii 0 {w}
syscon address 10.9.0.5 {w}
crypto pki token default user-pin 0 {w}
cable shared-secret {w}
cable shared-secondary-secret index 1 {w}
shared-secret {w}
passphrase {w}
some future feature shared-secret {w}
some future feature key 7 {7}
crypto pki certificate chain TP\n certificate self-signed 01\n  {c}\n  \tquit
-----BEGIN RSA PRIVATE KEY-----\n{k}\n-----END RSA PRIVATE KEY-----
some unheard of command {r}
 another unheard of {R} trailing words
feature-x token={r}
"""
CATOS = r"""
set password $2${x}
set enablepass $2${x}
set password {w}
set localuser user bob password {x} privilege 15
set snmp community read-only      {w}
set snmp community read-write     {w}
set snmp community read-write-all {w}
set snmp community-ext {w} read-write view V
set snmp community index I name {w} security S
set snmp trap 10.9.0.5 {w} port 162 owner CLI index 1
set snmp user bob remote 10.9.0.5 authentication md5 {w}
set snmp user bob authentication sha 0therWordThere privacy {w}
set tacacs key {b}
set radius key {b}
set vtp domain IMAGING mode server passwd {w}
set ntp key 1 trusted md5 {w}
set ntp key 2 untrusted md5 {w}
set kerberos credentials password {w}
set dot1x shared-secret {w}
set new feature secret {w}
set unheard of {r}
"""
FOS = r"""
snmp.agtParty.community.1:{w}
snmp.comm.2:{w}
snmp.snmpv1.cmtyRW.1={b}
snmp.snmpv3User.1.authPasswd:{w}
snmp.snmpv3User.1.privPasswd:{w}
snmp.snmpv3User.2.authKey:{h}
snmp.usm.3.privKey:{h}
snmp.user.4.key:{w}
user.admin.passwd:{5}
user.root.hash:{x}
user.3.password:{w}
aaa.radius.secret.1:{w}
radius.1.sharedkey:{w}
ldap.1.bindpw:{w}
ldap.bindPassword:{w}
auth.dhchap.secret.1:{w}
dhchap.local.1:{w}
ipsec.psk.1:{w}
ike.policy.1.presharedkey:{w}
fcip.tunnel.1.ikeKey:{w}
cfgload.ftp.password:{w}
supportftp.passwd:{w}
trace.ftp.passphrase:{w}
encrypt.cred.1:{w}
configupload -p ftp "10.9.0.3","bob","san-1.txt","{w}"
supportftp -s -h 10.9.0.3 -u bob -p {w} -d /x
Community 1: {w} (rw)
Community 4: {w} (ro)
    server 1: 10.9.0.6, port 1812, secret {w}, timeout 3, auth PAP
    Secret          : {w}
ftp.url:ftp://bob:{w}@10.9.0.3/x
new.unheard.of:{r}
another.unheard.of = {R}
"""
VNX = r"""
Community Name:  {w}
SNMP Community String = {w}
CHAP Secret:   {w}
Initiator secret: {w}
Target CHAP Secret: {w}
naviseccli -user admin -password {w} -scope 0
unheard of:  {r}
"""
LINUX = r"""
<fencedevice agent="fence_rsa" ipaddr="10.9.5.1" login="bob" name="rsa" passwd="{w}"/>
<fencedevice agent="fence_ipmilan" password='{w}' login="bob"/>
primitive st stonith:external/ipmi params passwd={w} userid=bob
<nvpair id="x-passwd" name="password" value="{v}"/>
auth 1\n1 sha1 {w}
3 md5 {w}
    auth_pass {w}
    shared-secret "{w}";
WPA_PSK={w}
ldapbindpassword: {w}
export PGPASSWORD={w}
url=ftp://bob:{w}@10.9.0.3/x
root:{6}:19000:0:99999:7:::
-----BEGIN PRIVATE KEY-----\n{k}\n-----END PRIVATE KEY-----
"""
SHAPES = {"cisco_ios": IOS, "cisco_catos": CATOS, "brocade_fos": FOS, "emc_vnx": VNX, "linux": LINUX}


def chance(seed: int) -> random.Random:
    """The same secrets for the same seed."""
    return random.Random(seed)  # noqa: S311


def shapes(platform: str) -> list[str]:
    """The places of one platform, each with what stands around the secret."""
    return [line.replace("\\n", "\n").replace("\\t", "\t") for line in SHAPES[platform].strip("\n").split("\n")]


def secret(kind: str, dice: random.Random) -> str:
    """A random secret of one kind."""
    def of(alphabet: str, low: int, high: int) -> str:
        return "".join(dice.choices(alphabet, k=dice.randint(low, high)))

    base64 = string.ascii_letters + string.digits + "./"
    if kind == "w":
        return dice.choice(string.ascii_letters) + of(WORD, 7, 24)
    if kind == "b":
        return f"{secret('w', dice)} {secret('w', dice)}"
    if kind == "7":
        pairs = [f"{dice.randint(0, 255):02X}" for _ in range(dice.randint(7, 20))]
        return f"{dice.randint(0, 15):02d}{''.join(pairs)}"
    if kind == "x":
        return of(base64, 22, 43)
    if kind in {"5", "6", "8", "9"}:
        return f"${'1' if kind == '5' else kind}${of(base64, 4, 14)}${of(base64, 22, 43)}"
    if kind == "h":
        return of(dice.choice(["0123456789abcdef", "0123456789ABCDEF"]), 26, 64)
    if kind == "n":
        return of(string.digits, 8, 10)
    if kind == "c":
        return "\n  ".join(" ".join(of("0123456789ABCDEF", 8, 8) for _ in range(8)) for _ in range(6))
    if kind == "k":
        return "\n".join(of(base64.replace(".", "+"), 64, 64) for _ in range(6))
    if kind == "v":
        return secret("w", dice)
    alphabet = string.ascii_letters + string.digits
    while True:  # a random word of a shape nobody thought of: with letters of both cases and digits
        word = of(alphabet, 24, 40) if kind == "r" else of("0123456789abcdef", 24, 40)
        if any(c.isdigit() for c in word) and any(c.isalpha() for c in word):
            return word


def planted(shape: str, dice: random.Random) -> tuple[str, list[str]]:
    """The lines of a shape with fresh secrets, and what must not be found any more: each secret, line by line."""
    secrets: list[str] = []
    while "{" in shape and (begin := shape.find("{")) >= 0:
        kind = shape[begin + 1]
        made = secret(kind, dice)
        secrets += [part.strip() for part in made.split("\n")]
        shape = shape[:begin] + made + shape[begin + 3:] if shape[begin + 2] == "}" else shape
    return shape, secrets


def configuration(platform: str, chosen: list[str], dice: random.Random) -> tuple[str, list[str], list[str]]:
    """A text with the chosen shapes among harmless lines: the text, its secrets, its harmless lines."""
    harmless = HARMLESS[platform].strip("\n").split("\n")
    blocks: list[list[str]] = []
    for line in harmless:  # a section stays together
        if line.startswith(" ") and blocks:
            blocks[-1].append(line)
        else:
            blocks.append([line])
    secrets: list[str] = []
    for shape in chosen:
        text, found = planted(shape, dice)
        secrets += found
        blocks.insert(dice.randint(0, len(blocks)), [text, "!"] if platform == "cisco_ios" else [text])
    return "\n".join("\n".join(block) for block in blocks) + "\n", secrets, harmless
