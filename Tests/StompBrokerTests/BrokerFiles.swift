import ChildPrograms
import Foundation

/// The configuration of brokers: users `skein` (may do everything) and `poor` (may do next to nothing), with the
/// password `secret`.
enum BrokerFiles {
    static func write(for broker: BrokerProcess) throws {
        switch broker.kind {
        case .activeMQ: try activeMQ(broker)
        case .rabbitMQ: try rabbitMQ(broker)
        }
    }

    private static func put(_ text: String, _ name: String, _ broker: BrokerProcess) throws {
        try Data(text.utf8).write(to: URL(filePath: broker.folder.file(name)))
    }

    private static func activeMQ(_ broker: BrokerProcess) throws {
        let (path, ports) = (broker.folder.path, broker.ports)
        try KeyStores.write(into: broker.folder)
        // Unless stated it admits frames of 100 MB, and needs room for them.
        let limit = broker.takesHugeMessages ? "" : "?transport.maxFrameSize=1048576"
        let connector = "127.0.0.1:\(ports.stomp)\(limit)"
        let memory = broker.takesHugeMessages ? "1500m" : "192m"
        try put(
            """
            <beans xmlns="http://www.springframework.org/schema/beans"
              xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
              xsi:schemaLocation="http://www.springframework.org/schema/beans
              http://www.springframework.org/schema/beans/spring-beans-2.0.xsd
              http://activemq.apache.org/schema/core http://activemq.apache.org/schema/core/activemq-core.xsd">
            <broker xmlns="http://activemq.apache.org/schema/core" useJmx="false" brokerName="skein"
                dataDirectory="\(path)/data">
              <persistenceAdapter>
                <kahaDB directory="\(path)/data/kahadb" journalMaxFileLength="4mb"/>
              </persistenceAdapter>
              <plugins>
                <simpleAuthenticationPlugin><users>
                  <authenticationUser username="skein" password="secret" groups="all"/>
                  <authenticationUser username="poor" password="secret" groups="few"/>
                </users></simpleAuthenticationPlugin>
                <authorizationPlugin><map><authorizationMap><authorizationEntries>
                  <authorizationEntry queue=">" read="all" write="all" admin="all"/>
                  <authorizationEntry topic=">" read="all" write="all" admin="all"/>
                  <authorizationEntry topic="ActiveMQ.Advisory.>" read="few" write="few" admin="few"/>
                  <authorizationEntry queue="open.>" read="few" write="few" admin="few"/>
                </authorizationEntries></authorizationMap></map></authorizationPlugin>
              </plugins>
              <sslContext><sslContext keyStore="file:\(path)/broker.p12" keyStorePassword="secret"
                keyStoreType="PKCS12" trustStore="file:\(path)/trust.p12" trustStorePassword="secret"
                trustStoreType="PKCS12"/></sslContext>
              <transportConnectors>
                <transportConnector name="stomp" uri="stomp://\(connector)"/>
                <transportConnector name="tls" uri="stomp+ssl://127.0.0.1:\(ports.tls)"/>
                <transportConnector name="client" uri="stomp+ssl://127.0.0.1:\(ports.clientTLS)?needClientAuth=true"/>
              </transportConnectors>
            </broker>
            </beans>
            """, "activemq.xml", broker)
        let home = "/usr/share/activemq"
        try put(
            """
            cd \(path) || exit 1
            exec java -Xmx\(memory) -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Dactivemq.home=\(home) \
            -Dactivemq.base=\(path) -Dactivemq.conf=\(path) -Dactivemq.data=\(path)/data \
            -jar \(home)/bin/activemq.jar start xbean:file:\(path)/activemq.xml
            """, "run.sh", broker)
    }

    private static func rabbitMQ(_ broker: BrokerProcess) throws {
        let (path, ports) = (broker.folder.path, broker.ports)
        try put("[rabbitmq_stomp].", "plugins", broker)
        try put(
            """
            listeners.tcp = none
            stomp.listeners.tcp.1 = 127.0.0.1:\(ports.stomp)
            load_definitions = \(path)/definitions.json

            """, "rabbitmq.conf", broker)
        try put(
            """
            {"users": [{"name": "skein", "password": "secret", "tags": ""},
              {"name": "poor", "password": "secret", "tags": ""}],
            "vhosts": [{"name": "/"}],
            "permissions": [
              {"user": "skein", "vhost": "/", "configure": ".*", "write": ".*", "read": ".*"},
              {"user": "poor", "vhost": "/", "configure": "^open[.].*", "write": "^(open[.].*|amq[.]default)$",
              "read": "^open[.].*"}]}
            """, "definitions.json", broker)
        try put(
            """
            export HOME=\(path) RABBITMQ_NODENAME=skein-\(ports.stomp)@localhost \
            RABBITMQ_DIST_PORT=\(ports.distribution) ERL_EPMD_PORT=\(ports.names) ERL_EPMD_ADDRESS=127.0.0.1 \
            RABBITMQ_MNESIA_BASE=\(path)/mnesia RABBITMQ_LOG_BASE=\(path)/log \
            RABBITMQ_ENABLED_PLUGINS_FILE=\(path)/plugins RABBITMQ_CONFIG_FILE=\(path)/rabbitmq.conf \
            RABBITMQ_PID_FILE=\(path)/pid RABBITMQ_CONF_ENV_FILE=/dev/null \
            RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="+sbwt none"
            cd \(path) || exit 1
            epmd -port \(ports.names) &
            /usr/lib/rabbitmq/bin/rabbitmq-server
            """, "run.sh", broker)
    }
}
