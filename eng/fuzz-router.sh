#!/usr/bin/env bash
# Throws chance at what the router reads: requests, bodies, frames, configurations, variables and templates. The tests that do it have about
# ten thousand cases of one seed in every run; this runs them with more.
#   eng/fuzz-router.sh [COUNT [SEED]]   COUNT cases (a million) of a seed (by the clock); the seed is printed, and gives the same again
# What fails says the input. The exit code is 0 when nothing fails.
set -euo pipefail
cd "$(dirname "$0")/.."
export SAKER_FUZZ=${1:-1000000} SAKER_FUZZ_SEED=${2:-$(($(date +%s) % 1000000))}
[[ $SAKER_FUZZ =~ ^[0-9]+$ && $SAKER_FUZZ_SEED =~ ^[0-9]+$ ]] || { sed -n '2,5s/^# \{0,1\}//p' "$0" >&2; exit 2; }
for project in Router Templates; do
  dotnet build "tests/$project.Tests" -c Release -v quiet --nologo -clp:NoSummary -p:RunAnalyzers=false
done
echo "$SAKER_FUZZ cases of the seed $SAKER_FUZZ_SEED; again with: eng/fuzz-router.sh $SAKER_FUZZ $SAKER_FUZZ_SEED"
code=0
artifacts/bin/Router.Tests/release/Router.Tests -noLogo -noColor -class '*.HttpFuzzTests' -class '*.GrpcFuzzTests' -class '*.MutatedConfigurationTests' || code=1
artifacts/bin/Templates.Tests/release/Templates.Tests -noLogo -noColor -class '*.TemplateFuzzTests' || code=1
exit $code
