#!/usr/bin/env bash
# IntraQ's command line: finds a JDK 25, builds on first use or when sources changed, and runs.
#   JDK25_HOME, JAVA_HOME   where to look for a JDK 25 first
#   INTRAQ_JAVA_OPTS        more options for the JVM, such as -Xmx8g
set -euo pipefail
root=$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")" && pwd)
launcher=$root/target/launcher
classpath=$launcher/classpath
modules=(tensor autograd cuda models intraq)

fail() {
  printf 'intraq: %s\n' "$1" >&2
  exit 2
}

is_jdk25() {
  [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] && grep -qE '^JAVA_VERSION="25["._-]' "$1/release" 2>/dev/null
}

find_jdk25() {
  local home java
  java=$(command -v java || true)
  for home in "${JDK25_HOME:-}" "${JAVA_HOME:-}" /usr/lib/jvm/* "${SDKMAN_DIR:-$HOME/.sdkman}"/candidates/java/* \
    "$HOME"/.jdks/* /Library/Java/JavaVirtualMachines/*/Contents/Home \
    "${java:+$(dirname -- "$(dirname -- "$(readlink -f -- "$java")")")}"; do
    if [ -n "$home" ] && is_jdk25 "$home"; then
      printf '%s' "$home"
      return
    fi
  done
  fail "no JDK 25 found in JDK25_HOME, JAVA_HOME, /usr/lib/jvm, SDKMAN or PATH; install one (Debian: apt-get install temurin-25-jdk or openjdk-25-jdk) or set JDK25_HOME"
}

# The class path names files below the folder it was built in, so a copied tree builds anew.
is_stale() {
  [ -f "$classpath" ] && [ "$(head -n 1 "$classpath")" = "$root" ] || return 0
  local module sources=("$root/pom.xml")
  for module in "${modules[@]}"; do
    sources+=("$root/$module/pom.xml" "$root/$module/src/main")
  done
  [ -n "$(find "${sources[@]}" -newer "$classpath" -print -quit 2>/dev/null)" ]
}

build() {
  command -v mvn >/dev/null || fail "Maven is needed to build IntraQ; install it (Debian: apt-get install maven)"
  printf 'intraq: building (first use or changed sources; about a minute) ...\n' >&2
  local log=$launcher/build.log module jar
  : >"$launcher/started" # what changes while the build runs is newer than this
  (cd "$root" && JAVA_HOME=$1 JDK25_HOME=$1 mvn -B -q -DskipTests -pl intraq,cuda -am package \
    dependency:build-classpath -Dmdep.outputFile=target/classpath -Dmdep.includeScope=runtime) >"$log" 2>&1 ||
    { grep -m 5 ERROR "$log" >&2 || true; fail "the build failed; $log says why"; }
  {
    printf '%s\n' "$root"
    for module in intraq cuda; do
      for jar in "$root/$module"/target/intraq-*.jar; do
        case $jar in *-tests.jar) ;; *) printf '%s\n' "$jar" ;; esac
      done
      tr ':' '\n' <"$root/$module/target/classpath"
      printf '\n'
    done
  } >"$classpath.new"
  touch -r "$launcher/started" "$classpath.new"
  mv "$classpath.new" "$classpath"
}

jdk=$(find_jdk25)
if is_stale; then
  mkdir -p "$launcher"
  (
    # Two commands started at once must not build into each other.
    command -v flock >/dev/null && flock 9
    if is_stale; then build "$jdk"; fi
  ) 9>"$launcher/lock"
fi
jvm=$(sed -n 's:.*<jvm.modules>\(.*\)</jvm.modules>.*:\1:p' "$root/pom.xml")
# shellcheck disable=SC2086 # options are words
exec "$jdk/bin/java" $jvm ${INTRAQ_JAVA_OPTS:-} \
  -cp "$(tail -n +2 "$classpath" | awk 'NF && !seen[$0]++' | paste -sd:)" org.intraq.cli.Main "$@"
