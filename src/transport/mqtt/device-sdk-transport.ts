import type { AwsCredentials, CredentialProvider } from '../../signature/credentials.ts';
import type { OpenConnection, OpenParameters } from '../connection.ts';
import { connectWith } from '../reconnect.ts';
import { type ConnectOptions, type Transport, TransportError } from '../transport.ts';
import { attempt, connectError, unlessAborted } from './attempt.ts';
import { authoritiesOf, type DeviceSdk } from './device-sdk.ts';
import { type ConnectFailure, DeviceSdkConnection } from './device-sdk-connection.ts';

/** IoT Core, or what speaks as it does. */
export type IotCoreLocation = {
  /** `host` or `host:port`, 443 without. */
  readonly endpoint: string;
  readonly region: string;
  /** Asked at every attempt: each has credentials and a signature of its own. */
  readonly credentials: CredentialProvider;
  /** PEM, trusted instead of the system's authorities. */
  readonly ca?: string | undefined;
  /** The proxy for a URL; see `proxyFor`. */
  readonly proxy?: ((url: string) => string | undefined) | undefined;
};

/**
 * The SDK's threads keep a process alive while it is connected; after an attempt that was given up for up to 10 s, and
 * for up to 30 s where the other side's certificate is not trusted: its TLS library waits before it says so.
 * https://github.com/aws/s2n-tls/blob/main/docs/usage-guide/topics/ch03-error-handling.md#blinding
 */
export type DeviceSdkOptions = Omit<ConnectOptions, 'unref'> & IotCoreLocation & { readonly sdk: DeviceSdk };

/**
 * A transport over AWS's own client, `aws-iot-device-sdk-v2`: MQTT 3.1.1 over WebSockets, signed by the SDK itself.
 * Rejects with TRANSPORT_UNREACHABLE, which says so when there are no credentials, or TRANSPORT_REFUSED.
 */
export async function connectDeviceSdk(options: DeviceSdkOptions): Promise<Transport> {
  return await connectWith(openDeviceSdk(options), options);
}

type Place = {
  readonly host: string;
  readonly port: number;
  readonly shown: string;
  readonly proxy: URL | undefined;
};

function openDeviceSdk({ sdk, endpoint, region, credentials, ca, proxy }: DeviceSdkOptions): OpenConnection {
  const { hostname, port, host } = new URL(`wss://${endpoint}`);
  const throughProxy = proxy?.(`wss://${host}`);
  const place: Place = {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? 443 : Number(port),
    shown: `wss://${host}`,
    proxy: throughProxy === undefined ? undefined : new URL(throughProxy),
  };
  const client = new sdk.mqtt.MqttClient();
  const tls = tlsContext(sdk, ca);
  return (parameters, closing) =>
    attempt({ ...parameters, signal: closing }, async (signal) => {
      const keys = await currentCredentials(credentials, signal);
      const native = client.new_connection({
        ...nativeSettings(sdk, parameters, place),
        tls_ctx: tls,
        websocket_handshake_transform: signer(sdk, region, keys),
      });
      const connection = new DeviceSdkConnection(native, parameters.onMessage);
      const giveUp = (): void => connection.destroy(signal.reason);
      signal.addEventListener('abort', giveUp, { once: true });
      try {
        await connection.connect();
        return connection;
      } catch (error) {
        connection.destroy();
        throw refusal(connection.failure, place) ?? connectError(connection.failure ?? error, place.shown);
      } finally {
        signal.removeEventListener('abort', giveUp);
      }
    });
}

function tlsContext(
  { io }: DeviceSdk,
  ca: string | undefined,
): InstanceType<DeviceSdk['io']['ClientTlsContext']> {
  const options = new io.TlsContextOptions();
  options.alpn_list = [];
  const authorities = authoritiesOf(ca);
  if (authorities !== undefined) options.override_default_trust_store(authorities);
  return new io.ClientTlsContext(options);
}

function nativeSettings(
  { io, http, mqtt }: DeviceSdk,
  { clientId, will, keepAliveSeconds, timeoutMs }: OpenParameters,
  { host, port, proxy }: Place,
) {
  return {
    client_id: clientId,
    host_name: host,
    port,
    use_websocket: true,
    clean_session: true,
    keep_alive: keepAliveSeconds,
    // Of CONNACK and PINGRESP; the SDK wants it shorter than the keep-alive.
    ping_timeout: Math.min(timeoutMs, keepAliveSeconds * 500),
    protocol_operation_timeout: 0,
    socket_options: new io.SocketOptions(io.SocketType.STREAM, io.SocketDomain.IPV4, timeoutMs),
    // It would go into the CONNECT as a user name.
    disable_metrics: true,
    ...(will === undefined
      ? {}
      : { will: new mqtt.MqttWill(will.topic, mqtt.QoS.AtLeastOnce, will.payload, will.retain) }),
    ...(proxy === undefined ? {} : { proxy_options: proxyOptions(http, proxy) }),
  };
}

function proxyOptions(
  { HttpProxyOptions, ...http }: DeviceSdk['http'],
  { hostname, port, username, password }: URL,
) {
  const { None, Basic } = http.HttpProxyAuthenticationType;
  return new HttpProxyOptions(
    hostname.replace(/^\[|\]$/g, ''),
    port === '' ? 80 : Number(port),
    username === '' ? None : Basic,
    decodeURIComponent(username),
    decodeURIComponent(password),
    undefined,
    http.HttpProxyConnectionType.Tunneling,
  );
}

async function currentCredentials(
  provider: CredentialProvider,
  signal: AbortSignal,
): Promise<AwsCredentials> {
  try {
    return await unlessAborted(provider(), signal);
  } catch (cause) {
    throw new TransportError(
      'TRANSPORT_UNREACHABLE',
      'There are no credentials to sign the connection with.',
      {
        cause,
      },
    );
  }
}

/** Signs the upgrade as IoT Core wants it: in the query, with the token appended after signing. */
function signer({ auth }: DeviceSdk, region: string, keys: AwsCredentials) {
  const { accessKeyId, secretAccessKey, sessionToken } = keys;
  const config = {
    algorithm: auth.AwsSigningAlgorithm.SigV4,
    signature_type: auth.AwsSignatureType.HttpRequestViaQueryParams,
    provider: auth.AwsCredentialsProvider.newStatic(accessKeyId, secretAccessKey, sessionToken),
    region,
    service: 'iotdevicegateway',
    signed_body_value: auth.AwsSignedBodyValue.EmptySha256,
    omit_session_token: true,
  };
  return (
    request: InstanceType<DeviceSdk['http']['HttpRequest']>,
    done: (errorCode?: number) => void,
  ): void => {
    auth.aws_sign_request(request, config).then(
      () => done(),
      // AWS_ERROR_UNKNOWN: what failed is told by nothing but its number.
      () => done(3),
    );
  };
}

/** What the SDK tells of a refusal: neither the HTTP status nor the return code of CONNACK, only that it was one. */
function refusal(cause: ConnectFailure | undefined, { shown, proxy }: Place): TransportError | undefined {
  switch (cause?.error_name) {
    case 'AWS_ERROR_HTTP_WEBSOCKET_UPGRADE_FAILURE':
      return new TransportError('TRANSPORT_REFUSED', `The broker at ${shown} refused the WebSocket.`, {
        cause,
      });
    case 'AWS_ERROR_MQTT_PROTOCOL_ERROR':
      return new TransportError('TRANSPORT_REFUSED', `The broker at ${shown} refused the connection.`, {
        cause,
      });
    case 'AWS_ERROR_HTTP_PROXY_CONNECT_FAILED':
    case 'AWS_ERROR_HTTP_PROXY_CONNECT_FAILED_RETRYABLE':
      return new TransportError(
        'TRANSPORT_UNREACHABLE',
        `The proxy http://${proxy?.host} refused the tunnel to ${shown}.`,
        { cause },
      );
    default:
      return undefined;
  }
}
