# Turns a text file into a C string literal. Run as: cmake -DIN=... -DOUT=... -P embed_text.cmake
cmake_minimum_required(VERSION 3.25)
file(READ ${IN} text)
string(REPLACE "\\" "\\\\" text "${text}")
string(REPLACE "\"" "\\\"" text "${text}")
string(REPLACE "\n" "\\n\"\n\"" text "${text}")
file(WRITE ${OUT} "\"${text}\"\n")
