#!/bin/bash
# Oracle's programs on the simulated hosts (sqlplus, lsnrctl, rman and others): what they are told and read goes to the lab over
# TCP, what it says is printed as it comes. Builtins only: one process, as the real ones are, so that it can be ended.
LC_ALL=C
script=''
case "@PROGRAM@ $*" in
  sqlplus\ -V*|sqlplus\ -v*|opatch*|lsnrctl*) ;;
  *) IFS= read -r -d '' script ;;
esac
if ! { exec 3<> "/dev/tcp/@ADDRESS@/@PORT@"; } 2> /dev/null; then
  printf '%s: the laboratory does not answer\n' '@PROGRAM@' >&2
  exit 127
fi
printf '%s\n' "@PROGRAM@" "$#" "$@" "${ORACLE_SID-}" "${ORACLE_HOME-}" "${#script}" >&3
printf '%s' "$script" >&3
while IFS= read -r line <&3; do
  case "$line" in
    o*) printf '%s\n' "${line#o}" ;;
    p*) printf '%s' "${line#p}" ;;
    x*) exit "${line#x}" ;;
  esac
done
printf 'ORA-03113: end-of-file on communication channel\n'
exit 1
