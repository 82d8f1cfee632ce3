# opensspi_unit_tests(ROOM [LIBRARIES target...])
# The test program unit_ROOM out of tests/unit/ROOM/*_test.cpp. Test data is found through
# OPENSSPI_TEST_DATA, the folder tests/vectors.
function(opensspi_unit_tests room)
  opensspi_test_program(unit_${room} FOLDER unit/${room} LIBRARIES room_${room} ${ARGN})
endfunction()

# opensspi_test_program(NAME FOLDER folder-below-tests [LIBRARIES target...])
function(opensspi_test_program name)
  cmake_parse_arguments(TEST "" "FOLDER" "LIBRARIES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/${TEST_FOLDER}/*.cpp)
  if(sources STREQUAL "")
    return()
  endif()
  list(REMOVE_ITEM TEST_LIBRARIES LIBRARIES)
  add_executable(${name} ${sources})
  target_link_libraries(${name} PRIVATE ${TEST_LIBRARIES} GTest::gtest GTest::gmock
                                        GTest::gtest_main Threads::Threads)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_compile_definitions(${name} PRIVATE
                             OPENSSPI_TEST_DATA="${PROJECT_SOURCE_DIR}/tests/vectors")
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT 300)
endfunction()
