import SkeinTransport
import Testing

@testable import SkeinActiveMQ

@Suite("The features of a transport over STOMP")
struct StompFeaturesTests {
    @Test(
        "are those of the broker that is named, and else what both can do",
        arguments: [(StompConfiguration.Broker.activeMQ, true), (.rabbitMQ, false), (nil, false)])
    func features(broker: StompConfiguration.Broker?, areOfActiveMQ: Bool) {
        let features = ActiveMQTransport.features(of: StompConfiguration(broker: broker))
        for ability in [TransportAbility.sharedReaders, .deadLetters, .selectors] {
            #expect(features.has(ability) == areOfActiveMQ)
        }
        #expect(features.has(.durableReaders))
    }
}
