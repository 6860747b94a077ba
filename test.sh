#!/usr/bin/env bash
# Runs all tests. The last line counts them: `N passed, N failed, N skipped`.
#   ./test.sh              everything
#   ./test.sh Alerts …     only the named test projects (Alerts, Router, EndToEnd …)
set -uo pipefail
cd "$(dirname "$0")"

eng/install.sh test || exit 1
dotnet build Router.sln -c Release -v quiet --nologo -clp:NoSummary || { echo "The build failed." >&2; exit 1; }
./run.sh --build || exit 1

projects=("$@")
[ "${#projects[@]}" -eq 0 ] && projects=(Alerts Logging Settings Templates Conditions Rules Outputs Router Detector Detector.Kernel Repository EndToEnd)
passed=0 failed=0 skipped=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT
for project in "${projects[@]}"; do
  echo "== $project"
  timeout --kill-after=30 900 "artifacts/bin/$project.Tests/release/$project.Tests" -noLogo -noColor 2>&1 | tee "$log"
  code=${PIPESTATUS[0]}
  summary=$(grep -Eo 'Total: [0-9]+, Errors: [0-9]+, Failed: [0-9]+, Skipped: [0-9]+(, Not Run: [0-9]+)?' "$log" | tail -n 1)
  read -r total errors failures skips explicit < <(grep -Eo '[0-9]+' <<< "$summary" | tr '\n' ' ') || true
  if [ -z "$summary" ] || [ "${total:-0}" -eq 0 ]; then
    echo "== $project ran no test (exit code $code)." >&2
    failed=$((failed + 1))
    continue
  fi
  bad=$((errors + failures))
  [ "$code" -ne 0 ] && [ "$bad" -eq 0 ] && bad=1
  failed=$((failed + bad))
  skipped=$((skipped + skips))
  passed=$((passed + total - failures - skips - ${explicit:-0})) # explicit ones (measurements) are not run
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
