# Sourced by the other scripts: what a build needs, installed where we may, named where we may not.

# need_packages WHY PACKAGE… : installs Debian packages that are missing; says what to do without the right to.
need_packages() {
    local why=$1 missing=() package
    shift
    for package in "$@"; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return 0
    local sudo=()
    if [ "$(id -u)" -ne 0 ]; then
        if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
            sudo=(sudo)
        else
            echo "$why needs the packages ${missing[*]}. Install them as root: apt-get install ${missing[*]}" >&2
            return 1
        fi
    fi
    echo "installing ${missing[*]} ($why)" >&2
    "${sudo[@]}" apt-get update -qq >&2 && DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -y -qq "${missing[@]}" >&2
}

# With libssl-dev and pkg-config the system's OpenSSL is linked, which saves half of a cold build; otherwise SQLCipher's
# own copy is built.
use_system_openssl() {
    if pkg-config --exists openssl 2>/dev/null; then
        export OPENSSL_NO_VENDOR=1
    fi
}
