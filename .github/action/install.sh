#!/usr/bin/env bash
# Puts `hil` on the PATH of the steps that follow: the release HIL_VERSION of HIL_REPOSITORY for this machine, or, if HIL_VERSION is
# no release tag (a branch, a commit, `source`), the one built from the sources beside this file.
set -euo pipefail

case "${RUNNER_OS:?}-${RUNNER_ARCH:?}" in
  Linux-X64) target=x86_64-unknown-linux-gnu ;;
  macOS-ARM64) target=aarch64-apple-darwin ;;
  Windows-X64) target=x86_64-pc-windows-msvc ;;
  *) target="" ;;
esac

folder="${RUNNER_TEMP:?}/hil"
mkdir -p "$folder"

case "${HIL_VERSION:-source}" in
  v[0-9]*.[0-9]*.[0-9]*) is_release=yes ;;
  *) is_release=no ;;
esac

if [ "$is_release" = yes ] && [ -n "$target" ]; then
  name="hil-$HIL_VERSION-$target"
  curl --fail --silent --show-error --location --retry 5 --retry-connrefused --max-time 300 \
    --header "Authorization: Bearer ${GH_TOKEN:-}" \
    --output "$folder/hil.tar.gz" \
    "${HIL_DOWNLOADS:-https://github.com/$HIL_REPOSITORY/releases/download}/$HIL_VERSION/$name.tar.gz" || {
      echo "::error::there is no release $HIL_VERSION for $target; name another version, or version: source"
      exit 3
    }
  tar -xzf "$folder/hil.tar.gz" -C "$folder" --strip-components 1
else
  command -v cargo >/dev/null || {
    echo "::error::no release fits (version ${HIL_VERSION:-none}, $RUNNER_OS $RUNNER_ARCH), and there is no cargo to build hil with"
    exit 3
  }
  sources="$(cd "$(dirname "$0")/../.." && pwd)"
  cargo build --release --locked --manifest-path "$sources/Cargo.toml" --package hilbench --bin hil \
    --target-dir "$folder/target"
  cp "$folder/target/release/hil"* "$folder/"
fi

"$folder/hil" --version
echo "$folder" >>"${GITHUB_PATH:?}"
