/** Of the configuration, with as little in it as the schema allows; the files that it names must lie beside. */
export const MINIMAL_DMP = `
dmp:
  url: https://dmp.example/si-dmp-server/v2/services
  environment: test
  tls: { ca: ca.pem, certificate: { p12: auth.p12, password: un } }
  sign: { certificate: { cert: sign.pem, key: sign.key } }
  software: { name: pfi-gateway, version: "1.0" }
  oid: { source: 1.2.250.1.999.1, root: 1.2.250.1.999.1.1 }
  structures: [{ id: "1120456789", name: CHU X, sector: SA01 }]
  automate: { responsible: "801234567866", name: "pfi-gateway, passerelle, DSI" }
`;

export const DMP_FILES = { 'ca.pem': '', 'auth.p12': '', 'sign.pem': '', 'sign.key': '' };
