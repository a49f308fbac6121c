#!/usr/bin/env bash
# Runs the scenarios HIL_SCENARIOS with HIL_ARGUMENTS, both split at spaces, and hands on the exit code.
set -uo pipefail

read -ra scenarios <<<"${HIL_SCENARIOS//$'\n'/ }"
read -ra arguments <<<"${HIL_ARGUMENTS//$'\n'/ }"
hil run "${arguments[@]}" "${scenarios[@]}"
code=$?
echo "exit-code=$code" >>"${GITHUB_OUTPUT:?}"
exit "$code"
