#!/usr/bin/env bash
# Builds Saker and runs its tests. The last line counts them: `N passed, N failed, N skipped`.
#   ./test.sh               everything
#   ./test.sh NAME …        only these test projects: Alerts, Router, EndToEnd … (the folders of tests/, without .Tests)
#   ./test.sh --no-build …  tests what was built before
#   ./test.sh --coverage …  counts what the tests run of each room; with all projects, holds it against tools/Coverage/floors.tsv
#   ./test.sh --list        the names of the test projects
#   ./test.sh --help        this text
# A clone that stands alone is enough. Tests that want more are skipped, each with one sentence: those of Falco's own rule files
# and charts (docs/developing.md says where to put them), and those that watch the kernel (root, and a kernel with BTF).
# Environment: SAKER_SHARED=FOLDER has Falco's files (default: ../shared; `none`: do not look); CI=true makes missing ones a failure.
set -uo pipefail
cd "$(dirname "$0")"

refuse() { echo "test.sh: $*" >&2; exit 2; }

all=()
for folder in tests/*.Tests; do
  name=${folder#tests/}
  [ "$name" != EndToEnd.Tests ] && all+=("${name%.Tests}")
done
all+=(EndToEnd) # it takes longest, and says least about where a fault is

build=true coverage=false projects=()
for argument in "$@"; do
  case "$argument" in
    -h | --help) sed -n '2,11s/^# \{0,1\}//p' "$0"; exit 0 ;;
    --list) printf '%s\n' "${all[@]}"; exit 0 ;;
    --no-build) build=false ;;
    --coverage) coverage=true ;;
    -*) refuse "there is no option $argument; ./test.sh --help names all." ;;
    *)
      name=${argument%.Tests}
      [[ " ${all[*]} " == *" $name "* ]] || refuse "there is no test project $argument. There are: ${all[*]}."
      projects+=("$name")
      ;;
  esac
done
floors=()
[ "${#projects[@]}" -eq 0 ] && projects=("${all[@]}") && floors=(--floors tools/Coverage/floors.tsv)

command -v dotnet > /dev/null || refuse "the .NET 10 SDK is missing; see https://dotnet.microsoft.com/download."
eng/install.sh test || exit 1
if $build; then
  dotnet build Router.sln -c Release -v quiet --nologo -clp:NoSummary || { echo "test.sh: the build failed; its errors are above." >&2; exit 1; }
  ./run.sh --build || { echo "test.sh: the programs could not be published into artifacts/app; the reason is above." >&2; exit 1; }
fi

counted=artifacts/coverage/counted.json
rm -rf artifacts/recorded
$coverage && rm -f "$counted"
passed=0 failed=0 skipped=0
log=$(mktemp) told=$(mktemp)
trap 'rm -f "$log" "$told"' EXIT
for project in "${projects[@]}"; do
  echo "== $project"
  program=artifacts/bin/$project.Tests/release/$project.Tests
  if [ ! -x "$program" ]; then
    echo "== $project is not built: run ./test.sh without --no-build." >&2
    failed=$((failed + 1))
    continue
  fi
  run=("$program" -noLogo -noColor)
  # EndToEnd starts the published programs, in which nothing is counted.
  $coverage && [ "$project" != EndToEnd ] && run=(dotnet msbuild tools/Coverage -nologo -v:minimal -t:Measure "-p:Test=$project.Tests")
  timeout --kill-after=30 900 "${run[@]}" 2>&1 | grep --line-buffered -v '^[+|]' | tee "$log" # without coverlet's tables
  code=${PIPESTATUS[0]}
  grep -A 12 '\[FAIL\]' "$log" >> "$told"
  [ "$code" -eq 124 ] && echo "== $project was stopped: it took longer than 15 minutes." >&2
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
if $coverage && [ "${projects[*]}" != EndToEnd ]; then
  echo "== Coverage"
  if [ ! -f "$counted" ]; then
    echo "== Coverage: nothing was counted; the reason is above." >&2
    failed=$((failed + 1))
  elif ! artifacts/bin/Coverage/release/Coverage "$counted" "${floors[@]}"; then
    echo "== Coverage: a room is below its floor, or has none (tools/Coverage/floors.tsv)." >&2
    failed=$((failed + 1))
  fi
fi
if compgen -G "artifacts/recorded/*.txt" > /dev/null; then
  awk '{ a += $1; b += $2; c += $3 } END { printf "== Recorded cases of outputs: %d of %d agree with Falcosidekick in %d configurations; %d are not to, each with its reason\n", a, b, NR, c }' artifacts/recorded/*.txt
fi
for cases in artifacts/recorded/cases/*.txt; do
  [ -f "$cases" ] || continue
  read -r agreeing compared other < "$cases"
  echo "== Recorded cases of $(basename "$cases" .txt): $agreeing of $compared agree with Falcosidekick; $other are not to, each with its line in docs/falcosidekick-differences.md"
done
if [ -s "$told" ]; then
  echo "== Failed tests, the first lines of each (all of it is above)"
  head -n 200 "$told"
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
