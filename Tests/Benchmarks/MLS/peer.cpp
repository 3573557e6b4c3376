// What mlspp takes for the steps of a group's life; see MLSBenchmark.swift, which reads the lines that this prints.
//
//   peer SUITE MEMBERS...
//
// From bytes to bytes, as SecrMLS is measured: writing what is sent and reading what came is part of a step, copies of
// states are not. Commits are private messages.
#include <mls/state.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

using namespace MLS_NAMESPACE;
using Clock = std::chrono::steady_clock;

static int suite_number = 3;

struct Series {
    size_t members;
    const char *step;
    std::vector<double> times;

    // `body` runs between two looks at the clock.
    template <typename Body> void measure(Body body) {
        const auto start = Clock::now();
        body();
        times.push_back(std::chrono::duration<double, std::micro>(Clock::now() - start).count());
    }

    ~Series() {
        std::sort(times.begin(), times.end());
        printf("JSON {\"suite\": %d, \"members\": %zu, \"op\": \"%s\", \"median_us\": %.1f}\n", suite_number, members, step,
               times[times.size() / 2]);
    }
};

static void check(bool holds, const char *what) {
    if (holds) return;
    fprintf(stderr, "peer: %s\n", what);
    exit(1);
}

struct Client {
    HPKEPrivateKey init, leaf;
    SignaturePrivateKey signer;
    KeyPackage package;

    Client(CipherSuite suite, size_t number)
        : init(HPKEPrivateKey::generate(suite)), leaf(HPKEPrivateKey::generate(suite)),
          signer(SignaturePrivateKey::generate(suite)) {
        const auto name = from_ascii("member " + std::to_string(number));
        const auto node = LeafNode(suite, leaf.public_key, signer.public_key, Credential::basic(name),
                                   Capabilities::create_default(), Lifetime::create_default(), {}, signer);
        package = KeyPackage(suite, init.public_key, node, {}, signer);
    }

    State join(const bytes &message) const {
        const auto parsed = tls::get<MLSMessage>(message);
        return State(init, leaf, signer, package, var::get<Welcome>(parsed.message), std::nullopt, {});
    }
};

static void measure(CipherSuite suite, size_t members) {
    const size_t rounds = members > 500 ? 5 : members > 50 ? 15 : 50;
    const auto privately = MessageOpts{true, {}, 0};
    const auto fresh = [&] { return random_bytes(suite.secret_size()); };
    std::vector<Client> clients;
    for (size_t number = 0; number < members; number++) clients.emplace_back(suite, number);
    const auto &founder = clients[0];
    const auto alone = State(random_bytes(32), suite, founder.leaf, founder.signer, founder.package.leaf_node, {});

    bytes welcome;
    auto begun = std::optional<State>();
    {
        Series series{members, "add_all", {}};
        for (size_t round = 0; round < rounds; round++) {
            auto state = alone;
            series.measure([&] {
                auto options = CommitOpts{{}, true, true, {}};
                for (size_t other = 1; other < members; other++)
                    options.extra_proposals.push_back(state.add_proposal(clients[other].package));
                auto [commit, invitation, next] = state.commit(fresh(), options, privately);
                (void)tls::marshal(commit);
                welcome = bytes(tls::marshal(MLSMessage{invitation}));
                begun = next;
            });
        }
    }
    {
        Series series{members, "join", {}};
        auto joined = std::optional<State>();
        for (size_t round = 0; round < rounds; round++) series.measure([&] { joined = clients[1].join(welcome); });
        check(*joined == *begun, "a member who joined has another state");
    }
    const auto member = clients[1].join(welcome);
    const auto other = members == 2 ? *begun : clients[members - 1].join(welcome);
    bytes commit;
    {
        Series series{members, "commit", {}};
        for (size_t round = 0; round < rounds; round++) {
            auto state = member;
            series.measure([&] {
                auto result = state.commit(fresh(), CommitOpts{{}, false, true, {}}, privately);
                commit = bytes(tls::marshal(std::get<0>(result)));
            });
        }
    }
    {
        Series series{members, "process", {}};
        for (size_t round = 0; round < rounds; round++) {
            auto state = other;
            series.measure([&] { check(state.handle(tls::get<MLSMessage>(commit)).has_value(), "a commit that is none"); });
        }
    }
    const auto text = random_bytes(1024);
    auto [sender, receiver] = std::pair(member, other);
    std::vector<bytes> messages;
    {
        Series series{members, "encrypt", {}};
        for (int round = 0; round < 400; round++)
            series.measure([&] { messages.push_back(bytes(tls::marshal(sender.protect({}, text, 0)))); });
    }
    Series series{members, "decrypt", {}};
    for (const auto &message : messages)
        series.measure([&] {
            check(std::get<1>(receiver.unprotect(tls::get<MLSMessage>(message))) == text, "another text");
        });
}

int main(int count, char **arguments) {
    check(count > 2, "usage: peer SUITE MEMBERS...");
    suite_number = atoi(arguments[1]);
    const auto suite = CipherSuite(static_cast<CipherSuite::ID>(suite_number));
    for (int index = 2; index < count; index++) measure(suite, strtoul(arguments[index], nullptr, 10));
}
