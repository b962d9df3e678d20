BEGIN TRANSACTION;
CREATE TABLE events (
	number INTEGER NOT NULL, 
	at BIGINT NOT NULL, 
	kind TEXT NOT NULL, 
	public_key TEXT NOT NULL, 
	token TEXT NOT NULL, 
	facts TEXT NOT NULL, 
	PRIMARY KEY (number)
);
INSERT INTO "events" VALUES(1,1769079600,'gone','abababababababababababababababababababababababababababababababab','attic','{"public_key":"abababababababababababababababababababababababababababababababab","token":"attic","identifier":"attic+abab404b","name":"Attic","join_url":"https://sogs.example/attic?public_key=abababababababababababababababababababababababababababababababab","description":"","language":null,"tags":[]}');
CREATE TABLE icons (
	room TEXT NOT NULL, 
	path TEXT NOT NULL, 
	fetched_at BIGINT NOT NULL, 
	content BLOB NOT NULL, 
	PRIMARY KEY (room)
);
CREATE TABLE listed (
	public_key TEXT NOT NULL, 
	token TEXT NOT NULL, 
	facts TEXT NOT NULL, 
	first_listed BIGINT NOT NULL, 
	last_listed BIGINT NOT NULL, 
	gone_at BIGINT, 
	PRIMARY KEY (public_key, token)
);
INSERT INTO "listed" VALUES('abababababababababababababababababababababababababababababababab','attic','{"public_key":"abababababababababababababababababababababababababababababababab","token":"attic","identifier":"attic+abab404b","name":"Attic","join_url":"https://sogs.example/attic?public_key=abababababababababababababababababababababababababababababababab","description":"","language":null,"tags":[]}',1767355200,1767355200,1769079600);
INSERT INTO "listed" VALUES('abababababababababababababababababababababababababababababababab','lobby','{"public_key":"abababababababababababababababababababababababababababababababab","token":"lobby","identifier":"lobby+abab404b","name":"Lobby","join_url":"https://sogs.example/lobby?public_key=abababababababababababababababababababababababababababababababab","description":"Talk","language":"en","tags":["linux"]}',1767355200,1769079600,NULL);
CREATE TABLE migrations (
	name TEXT NOT NULL, 
	applied_at BIGINT NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "migrations" VALUES('create_sightings',1795964642);
INSERT INTO "migrations" VALUES('create_polls',1795964642);
INSERT INTO "migrations" VALUES('create_listings',1795964642);
INSERT INTO "migrations" VALUES('create_icons',1795964642);
INSERT INTO "migrations" VALUES('create_runs',1795964642);
CREATE TABLE polls (
	netloc TEXT NOT NULL, 
	polled_at BIGINT NOT NULL, 
	reached_at BIGINT, 
	failing_since BIGINT, 
	poll TEXT NOT NULL, 
	PRIMARY KEY (netloc)
);
INSERT INTO "polls" VALUES('sogs.example',1769079600,1769079600,NULL,'{"address":{"scheme":"https","host":"sogs.example","port":443},"outcome":"reached","detail":"","server":{"address":{"scheme":"https","host":"sogs.example","port":443},"public_key":"abababababababababababababababababababababababababababababababab","legacy":false,"has_preview":true},"rooms":[{"token":"lobby","name":"Lobby","description":"Talk #linux","active_users":7,"active_users_cutoff":604800,"created":1600000000.0,"image_id":3,"info_updates":null,"message_sequence":41,"admins":[],"moderators":[],"read":true,"write":true,"upload":true}],"key_proof":"preview-page","claims":[],"aliases":[],"requests":2,"tries":2,"seconds":0.5,"repairs":0}');
INSERT INTO "polls" VALUES('old.example',1769079600,NULL,1769079600,'{"address":{"scheme":"http","host":"old.example","port":80},"outcome":"dns","detail":"has no address","server":null,"rooms":[],"key_proof":null,"claims":[],"aliases":[],"requests":1,"tries":1,"seconds":0.0,"repairs":0}');
CREATE TABLE runs (
	number INTEGER NOT NULL, 
	at BIGINT NOT NULL, 
	figures TEXT NOT NULL, 
	PRIMARY KEY (number)
);
INSERT INTO "runs" VALUES(1,1769079600,'{"communities":1,"servers":1,"sources":2,"polls":{"reached":1,"dns":1}}');
CREATE TABLE sightings (
	link TEXT NOT NULL, 
	source TEXT NOT NULL, 
	tags TEXT NOT NULL, 
	first_seen BIGINT NOT NULL, 
	last_seen BIGINT NOT NULL, 
	PRIMARY KEY (link, source)
);
INSERT INTO "sightings" VALUES('https://sogs.example/lobby?public_key=abababababababababababababababababababababababababababababababab','lokilocker','["linux"]',1768996800,1768996800);
INSERT INTO "sightings" VALUES('http://old.example/attic?public_key=abababababababababababababababababababababababababababababababab','session_directory','[]',1768996800,1768996800);
CREATE INDEX ix_sightings_source ON sightings (source);
CREATE INDEX ix_events_at ON events (at);
COMMIT;
