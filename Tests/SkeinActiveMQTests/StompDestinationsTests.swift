import SkeinMessages
import SkeinTransport
import Testing

@testable import SkeinActiveMQ

@Suite("Destinations of STOMP brokers")
struct StompDestinationsTests {
    @Test("of ActiveMQ are virtual topics by message names, and a queue for each reader")
    func activeMQ() {
        let rule = StompDestinations.activeMQ
        let name: MessageName = "payment.received"
        #expect(rule.target(.events(of: "payment"), name) == "/topic/VirtualTopic.payment.received")
        #expect(
            rule.source(.events(of: "payment"), "order").destination == "/queue/Consumer.order.VirtualTopic.payment.>")
        #expect(rule.target(.commands(to: "payment"), "payment.take") == "/queue/payment.commands")
        #expect(rule.source(.commands(to: "payment"), "payment").destination == "/queue/payment.commands")
        #expect(rule.target(.replies(to: "order-2"), name) == "/queue/order-2.replies")
        #expect(rule.source(.replies(to: "order-2"), "order-2").destination == "/queue/order-2.replies")
        #expect(rule.target(.catalogue, name) == "/topic/skein.catalogue")
    }

    @Test("of RabbitMQ are routing keys, and a durable queue for each reader")
    func rabbitMQ() {
        let rule = StompDestinations.rabbitMQ
        #expect(rule.target(.events(of: "payment"), "payment.received") == "/topic/payment.received")
        let source = rule.source(.events(of: "payment"), "order")
        #expect(source.destination == "/topic/payment.#")
        #expect(
            source.headers == ["durable": "true", "auto-delete": "false", "x-queue-name": "order.payment.events"])
        #expect(rule.target(.commands(to: "payment"), "payment.take") == "/queue/payment.commands")
    }

    @Test("write what has a meaning to brokers in other characters")
    func escapes() {
        let rule = StompDestinations.activeMQ
        #expect(rule.source(.events(of: "a>b"), "c.d").destination == "/queue/Consumer.c~2Ed.VirtualTopic.a~3Eb.>")
        #expect(rule.target(.replies(to: "a b"), "x.y") == "/queue/a~20b.replies")
    }

    @Test("of events lie below their component whatever the message is called")
    func foreign() {
        #expect(
            StompDestinations.activeMQ.target(.events(of: "payment"), "com.example.paid")
                == "/topic/VirtualTopic.payment.com.example.paid")
    }

    @Test("of replies are taken as they are where a stranger has named one")
    func stranger() {
        #expect(StompDestinations.activeMQ.target(.replies(to: "/queue/answers"), "x.y") == "/queue/answers")
    }
}
