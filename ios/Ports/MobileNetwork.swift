#if canImport(Network)
    import Foundation
    import Network
    import PayTaipeiKit

    /// Fetches over mobile data alone, also where the phone has Wi-Fi: the operator knows this SIM there.
    public final class MobileNetwork: Cellular, Sendable {
        private static let patience: TimeInterval = 10

        public init() {}

        public func cellularGet(url: String) throws -> UInt16 {
            guard let http = HTTPStatus(url: url), let port = NWEndpoint.Port(rawValue: http.port) else {
                throw CellularError.Failed
            }
            let parameters = NWParameters(tls: NWProtocolTLS.Options(), tcp: NWProtocolTCP.Options())
            parameters.requiredInterfaceType = .cellular
            parameters.prohibitedInterfaceTypes = [.wifi, .wiredEthernet, .loopback]
            // No proxy stands between the phone and its operator.
            parameters.preferNoProxies = true
            let connection = NWConnection(host: NWEndpoint.Host(http.host), port: port, using: parameters)
            let answer = Answer<Result<UInt16, CellularError>>()
            connection.stateUpdateHandler = { state in
                switch state {
                case .ready:
                    connection.send(
                        content: http.request,
                        completion: .contentProcessed { error in if error != nil { answer.give(.failure(.Failed)) } })
                    MobileNetwork.receive(connection, Data(), answer)
                case .waiting where connection.currentPath?.status != .satisfied:
                    // There is no such interface, or it may not be used.
                    answer.give(.failure(.NoMobileData))
                case .failed: answer.give(.failure(.Failed))
                default: break
                }
            }
            connection.start(queue: DispatchQueue(label: "taipei.pay.cellular"))
            defer { connection.cancel() }
            return try (answer.wait(atMost: MobileNetwork.patience) ?? .failure(.Failed)).get()
        }

        private static func receive(
            _ connection: NWConnection, _ before: Data, _ answer: Answer<Result<UInt16, CellularError>>
        ) {
            connection.receive(minimumIncompleteLength: 1, maximumLength: HTTPStatus.longest) {
                content, _, isEnd, error in
                let bytes = before + (content ?? Data())
                switch HTTPStatus.read(bytes) {
                case .status(let status): answer.give(.success(status))
                case .more where !isEnd && error == nil: receive(connection, bytes, answer)
                case .more, .malformed: answer.give(.failure(.Failed))
                }
            }
        }
    }
#endif
