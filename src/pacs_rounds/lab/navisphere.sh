#!/bin/bash
# `naviseccli` of the simulated array: the options of the vendor's tool that stand before a subcommand, its log-in by
# security file, its question about a certificate it does not know. What the SP says comes from the lab over TCP.
# Written for a quick start: a round runs this some thirty times.
host='' port=443 secfile="$HOME"
while [ $# -gt 0 ]; do
  case "$1" in
    -h|-address) host=$2; shift 2 ;;
    -port) port=$2; shift 2 ;;
    -secfilepath) secfile=$2; shift 2 ;;
    -t|-timeout) shift 2 ;;
    -np|-nopoll) shift ;;
    -*) printf 'Unrecognized option: %s\n' "$1"; exit 1 ;;
    *) break ;;
  esac
done
if ! [ -r "$secfile/SecuredCLISecurityFile.xml" ] || ! [ -r "$secfile/SecuredCLIXMLEncrypted.key" ]; then
  printf 'Security file not found. Already removed or check -secfilepath option.\n'
  exit 255
fi
read -r token < "$secfile/SecuredCLIXMLEncrypted.key"
if ! { exec 3<> "/dev/tcp/$host/$port"; } 2> /dev/null; then
  printf "A network error occurred while trying to connect: '%s'.\nMessage : Error occurred because connection refused. \
Unable to establish a secure connection to the Management Server.\n" "$host"
  exit 255
fi
printf '%s\n' "$#" "$token" "$@" >&3
status=''
read -r status <&3
if [ "$status" = question ]; then
  printf '%s\n' 'Unable to validate the identity of the server.  There are issues with the certificate presented.' \
    'Only import this certificate if you have reason to believe it was sent by a trusted source.' \
    'Certificate details:' "Subject:   CN=$host,CN=SP,OU=CLARiiON" "Issuer:    CN=$host,CN=SP,OU=CLARiiON" \
    'Serial#:   5d0a51f3' 'Valid From: 20130401000000Z' 'Valid To:   20180401000000Z' \
    'Would you like to [1]Accept the certificate for this session, [2] Accept and store, [3] Reject the certificate?' \
    'Please input your selection(The default selection is [1]):'
  said=1
  read -r said
  [ "$said" = 3 ] && exit 1
  read -r status <&3
fi
if [ -z "$status" ]; then
  printf 'Error occurred because the connection was closed.\n'
  exit 255
fi
cat <&3
exit "$status"
