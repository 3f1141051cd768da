#include "core/model/uuid.hpp"

#include <catch2/catch.hpp>

#include <set>
#include <string>
#include <thread>
#include <vector>

using namespace cloudops;

TEST_CASE("an id is read in its canonical form, in either case, and in no other") {
  const std::string text = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";
  const auto id = parse_uuid(text);
  REQUIRE(id.has_value());
  CHECK(to_string(*id) == text);
  CHECK(parse_uuid("3F2504E0-4F89-41D3-9A0C-0305E82C3301") == id);

  for (const char* wrong :
       {"", "3f2504e0", "3f2504e04f8941d39a0c0305e82c3301", "{3f2504e0-4f89-41d3-9a0c-0305e82c3301}",
        "3f2504e0-4f89-41d3-9a0c-0305e82c330", "3f2504e0-4f89-41d3-9a0c-0305e82c33011",
        "3f2504e0-4f89-41d3-9a0c-0305e82c330g", "3f2504e0-4f89-41d3-9a0c_0305e82c3301",
        "3f2504e-04f89-41d3-9a0c-0305e82c3301", " 3f2504e0-4f89-41d3-9a0c-0305e82c330"})
    CHECK_FALSE(parse_uuid(wrong).has_value());
}

TEST_CASE("ids that are made are version 4 and differ, on several threads too") {
  std::vector<std::vector<Uuid>> made(4);
  std::vector<std::thread> threads;
  for (auto& ids : made)
    threads.emplace_back([&ids] {
      for (int i = 0; i < 500; ++i) ids.push_back(make_uuid());
    });
  for (auto& thread : threads) thread.join();

  std::set<Uuid> all;
  for (const auto& ids : made) all.insert(ids.begin(), ids.end());
  CHECK(all.size() == 2'000);
  const std::string text = to_string(*all.begin());
  CHECK(text[14] == '4');
  CHECK(std::string("89ab").find(text[19]) != std::string::npos);
}
