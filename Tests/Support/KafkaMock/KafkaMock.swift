#if Kafka
import CRdKafka
#endif
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// librdkafka's mock cluster as a program: prints the addresses of its brokers, obeys one command a line, and answers
/// each with `ok` or what is wrong. It ends when its input does.
///
/// ```text
/// topic NAME PARTITIONS [REPLICAS]   make a topic
/// topic-error NAME CODE              answer questions about a topic with an error; 0 ends that
/// leader NAME PARTITION BROKER       move the leader of a partition; -1 for none
/// down BROKER | up BROKER            let a broker refuse connections, or accept them again; -1 for all
/// rtt BROKER MILLISECONDS            let a broker answer late
/// errors API CODE...                 answer the next requests of a kind with errors; -195 cuts the connection
/// push BROKER API CODE MILLISECONDS  answer the next request of a kind to one broker with an error, or late
/// clear API                          forget the errors for a kind of request
/// coordinator KIND KEY BROKER        move the coordinator of a `group` or `transaction`
/// api API MINIMUM MAXIMUM            limit the versions of a kind of request; -1 -1 for a broker without it
/// prompt                             answer those who connect from now on without the delay of small packets
/// ```
///
/// `API` is the number of a request in Kafka's protocol, `CODE` that of an error in librdkafka.
@main
struct KafkaMock {
    static func main() {
        #if Kafka
        let words = CommandLine.arguments.dropFirst()
        let brokers = words.first.flatMap { Int32($0) } ?? 1
        guard brokers > 0, words.count < 2 else { refuse("usage: KafkaMock [BROKERS]", 64) }
        guard let mock = MockCluster(brokers: brokers) else { refuse("the mock cluster does not start", 70) }
        answer(mock.addresses)
        while let line = readLine() { answer(mock.obey(line.split(separator: " ").map(String.init))) }
        mock.end()
        #else
        refuse("KafkaMock: build with --traits Kafka", 69)
        #endif
    }

    private static func answer(_ line: String) {
        print(line)
        fflush(nil)
    }

    private static func refuse(_ problem: String, _ code: Int32) -> Never {
        answer(problem)
        exit(code)
    }
}
