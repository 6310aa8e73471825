// SPDX-License-Identifier: Apache-2.0
#include "http/canonical_request.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include <leftfold/error.h>

#include "http/ascii.h"
#include "http/sha256.h"
#include "http/url.h"

namespace leftfold::inline v0::http {
namespace {

// Changed or added by clients and proxies on the way, so AWS's own SDKs do not sign them either.
constexpr std::array<std::string_view, 6> kUnsigned{"authorization", "connection", "content-length",
                                                    "expect",        "user-agent", "x-amzn-trace-id"};

bool is_signed(std::string_view name) {
  return std::ranges::none_of(kUnsigned, [&](std::string_view one) { return equal_ignoring_case(one, name); });
}

bool unreserved(char c) {  // RFC 3986, 2.3
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' ||
         c == '.' || c == '~';
}

void append_encoded(std::string& out, char c) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  const auto byte = static_cast<unsigned char>(c);
  out.push_back('%');
  out.push_back(kDigits[byte >> 4]);
  out.push_back(kDigits[byte & 15]);
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char letter = lower(c);
  return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

// Without "." and ".." and empty segments, then encoded once more: every service but S3 wants it so.
void append_path(std::string& out, std::string_view path) {
  std::vector<std::string_view> segments;
  const bool folder = path.ends_with('/') || path.ends_with("/.") || path.ends_with("/..");
  while (!path.empty()) {
    const auto segment = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(segment.size() + 1, path.size()));
    if (segment == "..") {
      if (!segments.empty()) segments.pop_back();
    } else if (!segment.empty() && segment != ".") {
      segments.push_back(segment);
    }
  }
  for (const std::string_view segment : segments) {
    out.push_back('/');
    for (const char c : segment) unreserved(c) ? out.push_back(c) : append_encoded(out, c);
  }
  if (segments.empty() || folder) out.push_back('/');
}

// As the service encodes it after decoding what arrived, so an address with unusual characters left bare is right too.
std::string normal(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 && hex_value(text[i + 2]) >= 0) {
      c = static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
      i += 2;
    }
    unreserved(c) ? out.push_back(c) : append_encoded(out, c);
  }
  return out;
}

void append_query(std::string& out, std::string_view query) {
  if (query.empty()) return;
  std::vector<std::pair<std::string, std::string>> parts;
  while (!query.empty()) {
    const auto part = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(part.size() + 1, query.size()));
    const auto equals = part.find('=');
    if (part.empty()) continue;
    parts.emplace_back(normal(part.substr(0, equals)), equals == part.npos ? "" : normal(part.substr(equals + 1)));
  }
  std::ranges::sort(parts);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) out.push_back('&');
    out.append(parts[i].first).append("=").append(parts[i].second);
  }
}

void append_trimmed(std::string& out, std::string_view value) {
  value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
  value = value.substr(0, value.find_last_not_of(" \t") + 1);
  for (std::size_t gap; (gap = value.find("  ")) != value.npos;) {  // several spaces are one
    out.append(value.substr(0, gap + 1));
    value.remove_prefix(value.find_first_not_of(' ', gap));
  }
  out.append(value);
}

struct Line {
  std::string name;
  std::string_view value;
  std::size_t place;  // in the request: lines of one name keep their order
};

std::vector<Line> signed_lines(const Request& request, std::string_view host) {
  std::vector<Line> lines;
  lines.reserve(request.headers.size() + 1);
  bool has_host = false;
  for (const Header& header : request.headers) {
    if (!is_signed(header.name)) continue;
    std::string name = header.name;
    std::ranges::transform(name, name.begin(), lower);
    has_host = has_host || name == "host";
    lines.push_back({std::move(name), header.value, lines.size()});
  }
  if (!has_host) lines.push_back({"host", host, lines.size()});
  std::ranges::sort(lines, {}, [](const Line& line) { return std::pair{std::string_view{line.name}, line.place}; });
  return lines;
}

}  // namespace

CanonicalRequest canonical_request(const Request& request) {
  const UrlParts url = split_url(request.url);
  if (url.host.empty()) {
    throw Error{Errc::invalid_argument,
                redacted_url(request.url) + ": the address names no host; write it as https://host/path"};
  }
  const std::string host = host_header(url);
  CanonicalRequest out;
  out.text.reserve(512 + request.url.size());
  out.text.append(request.method).push_back('\n');
  append_path(out.text, url.path);
  out.text.push_back('\n');
  append_query(out.text, url.query);
  out.text.push_back('\n');
  const Line* before = nullptr;
  const std::vector<Line> lines = signed_lines(request, host);
  for (const Line& line : lines) {
    if (before != nullptr && before->name == line.name) {  // several of one name are one, in their order
      out.text.push_back(',');
    } else {
      if (before != nullptr) {
        out.text.push_back('\n');
        out.signed_headers.push_back(';');
      }
      out.text.append(line.name).push_back(':');
      out.signed_headers.append(line.name);
    }
    append_trimmed(out.text, line.value);
    before = &line;
  }
  out.text.append("\n\n").append(out.signed_headers).push_back('\n');
  append_hex(out.text, sha256(request.body));
  return out;
}

}  // namespace leftfold::inline v0::http
