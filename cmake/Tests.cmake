# Tests are not optimised, whatever the tree does with what they test: optimising GoogleTest's
# assertions is most of the time of a build, and g++ 12 then sees overflows that are none.
set(test_options -O0)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  list(APPEND test_options -fpch-preprocess) # for ccache
endif()

# GoogleTest takes longer to compile than most tests: it is compiled once, with the settings that
# they have.
file(CONFIGURE OUTPUT test_headers.cpp CONTENT "int main() {}\n")
add_executable(test_headers ${PROJECT_BINARY_DIR}/test_headers.cpp)
target_precompile_headers(test_headers PRIVATE <gtest/gtest.h>)
target_compile_options(test_headers PRIVATE ${test_options})
target_link_libraries(test_headers PRIVATE GTest::gtest)
target_compile_definitions(test_headers
                           PRIVATE OPENSSPI_TEST_DATA="${PROJECT_SOURCE_DIR}/tests/vectors")

# opensspi_unit_tests(ROOM [LIBRARIES target...] [THREADS])
# The test program unit_ROOM out of tests/unit/ROOM/*_test.cpp. Test data is found through
# OPENSSPI_TEST_DATA, the folder tests/vectors.
function(opensspi_unit_tests room)
  opensspi_test_program(unit_${room} FOLDER unit/${room} LIBRARIES room_${room} ${ARGN})
endfunction()

# opensspi_label_target(LABEL target...)
# What is needed to run the ctest tests of a label is built by the target of the same name.
function(opensspi_label_target label)
  if(NOT TARGET ${label})
    add_custom_target(${label})
  endif()
  add_dependencies(${label} ${ARGN})
endfunction()

# opensspi_test_program(NAME FOLDER folder-below-tests [LIBRARIES target...] [THREADS])
# Its ctest label is the first part of the folder. THREADS: it has the label threads as well, and is
# run under ThreadSanitizer by `./test --tsan`.
function(opensspi_test_program name)
  cmake_parse_arguments(TEST "THREADS" "FOLDER" "LIBRARIES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/${TEST_FOLDER}/*.cpp)
  if(sources STREQUAL "")
    return()
  endif()
  list(REMOVE_ITEM TEST_LIBRARIES LIBRARIES)
  add_executable(${name} ${sources})
  target_precompile_headers(${name} REUSE_FROM test_headers)
  target_compile_options(${name} PRIVATE ${test_options})
  target_link_libraries(${name} PRIVATE ${TEST_LIBRARIES} GTest::gtest GTest::gmock
                                        GTest::gtest_main Threads::Threads)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_compile_definitions(${name} PRIVATE
                             OPENSSPI_TEST_DATA="${PROJECT_SOURCE_DIR}/tests/vectors")
  add_test(NAME ${name} COMMAND ${name})
  string(REGEX REPLACE "/.*" "" labels ${TEST_FOLDER})
  if(TEST_THREADS)
    list(APPEND labels threads)
  endif()
  foreach(label ${labels})
    opensspi_label_target(${label} ${name})
  endforeach()
  set_tests_properties(${name} PROPERTIES TIMEOUT 300 LABELS "${labels}")
endfunction()
