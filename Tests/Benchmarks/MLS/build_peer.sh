#!/bin/sh
# Builds the peer of mls-benchmark: build_peer.sh MLSPP FOLDER, where MLSPP is a copy of github.com/cisco/mlspp. It needs
# cmake, a C++ compiler, libssl-dev and nlohmann-json3-dev. The program is FOLDER/peer.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
folder=$2
mkdir -p "$folder"
if [ ! -d "$folder/source" ]; then
    cp -r "$1" "$folder/source"
    # The version of November 2025 takes post-quantum suites for there with every OpenSSL, and does not compile before 3.5.
    sed -i 's/^#if !defined(P256_SHA256)$/#if defined(WITH_PQ)/' "$folder/source/src/crypto.cpp"
fi
# Its build registers itself below HOME.
HOME=$folder cmake -S "$folder/source" -B "$folder/build" -DTESTING=OFF -DCMAKE_BUILD_TYPE=Release >"$folder/cmake.log"
HOME=$folder make -C "$folder/build" -j2 mlspp >"$folder/make.log"
c++ -std=c++17 -O2 -DNDEBUG -DWITH_OPENSSL3 -I"$folder/source/include" -I"$folder/build/include" \
    -I"$folder/source/lib/bytes/include" -I"$folder/source/lib/hpke/include" -I"$folder/source/lib/tls_syntax/include" \
    "$here/peer.cpp" -o "$folder/peer" "$folder/build/libmlspp.a" "$folder/build/lib/hpke/libhpke.a" \
    "$folder/build/lib/bytes/libbytes.a" "$folder/build/lib/tls_syntax/libtls_syntax.a" -lcrypto
