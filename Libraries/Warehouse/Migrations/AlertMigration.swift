import Postgres

extension WarehouseMigrations {
    /// How alerts reach people: what each signature may still say, what was said, through which sink, and what operators
    /// have asked to be left in peace about.
    static let alertDelivery = PostgresMigration(
        version: 51,
        name: "delivery of alerts",
        sql: """
            -- One budget a signature, whoever delivers and however often it was started anew.
            CREATE TABLE nba_orchestration.alert_budget (
                signature text PRIMARY KEY,
                alert_id bigint,
                occurrences integer NOT NULL DEFAULT 0 CHECK (occurrences >= 0),
                told_level text CHECK (told_level IN ('info', 'warning', 'error', 'critical')),
                is_told boolean NOT NULL DEFAULT false,
                window_started_at timestamptz,
                window_occurrences integer NOT NULL DEFAULT 0 CHECK (window_occurrences >= 0),
                window_messages integer NOT NULL DEFAULT 0 CHECK (window_messages >= 0),
                suppressed integer NOT NULL DEFAULT 0 CHECK (suppressed >= 0),
                is_summarised boolean NOT NULL DEFAULT false
            );
            CREATE INDEX alert_budget_told ON nba_orchestration.alert_budget (alert_id) WHERE is_told;

            CREATE TABLE nba_orchestration.alert_message (
                message_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
                signature text NOT NULL,
                window_key text NOT NULL,
                kind text NOT NULL CHECK (kind IN
                    ('first', 'escalation', 'summary', 'resolve', 'digest', 'all_well', 'test')),
                level text NOT NULL CHECK (level IN ('info', 'warning', 'error', 'critical')),
                alert_id bigint,
                body jsonb NOT NULL,
                batch text,
                digest_id uuid,
                is_planned boolean NOT NULL DEFAULT false,
                created_by text NOT NULL,
                created_at timestamptz NOT NULL DEFAULT now(),
                CHECK (digest_id IS NULL OR batch IS NOT NULL),
                UNIQUE (signature, window_key)
            );
            CREATE INDEX alert_message_batched ON nba_orchestration.alert_message (batch, created_at)
                WHERE batch IS NOT NULL AND digest_id IS NULL;
            CREATE INDEX alert_message_unplanned ON nba_orchestration.alert_message (created_at) WHERE NOT is_planned;
            CREATE INDEX alert_message_by_age ON nba_orchestration.alert_message (created_at);

            CREATE TABLE nba_orchestration.alert_sending (
                message_id uuid NOT NULL REFERENCES nba_orchestration.alert_message ON DELETE CASCADE,
                sink text NOT NULL CHECK (sink IN ('log', 'webhook', 'command')),
                state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'sent', 'given_up')),
                attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
                next_attempt_at timestamptz NOT NULL DEFAULT now(),
                last_error text,
                created_at timestamptz NOT NULL DEFAULT now(),
                ended_at timestamptz,
                PRIMARY KEY (message_id, sink),
                CHECK ((state = 'pending') = (ended_at IS NULL))
            );
            CREATE INDEX alert_sending_open ON nba_orchestration.alert_sending (sink, created_at) WHERE state = 'pending';

            CREATE TABLE nba_orchestration.alert_silence (
                silence_id bigserial PRIMARY KEY,
                kind text NOT NULL CHECK (kind IN ('ack', 'mute')),
                alert_id bigint,
                signature text NOT NULL CHECK (signature <> ''),
                until timestamptz,
                reason text NOT NULL CHECK (reason <> ''),
                actor text NOT NULL,
                since timestamptz NOT NULL DEFAULT now(),
                ended_at timestamptz,
                ended_by text,
                end_reason text,
                CHECK ((kind = 'ack') = (alert_id IS NOT NULL)),
                CHECK (kind = 'ack' OR until IS NOT NULL),
                CHECK ((ended_at IS NULL) = (ended_by IS NULL) AND (ended_at IS NULL) = (end_reason IS NULL))
            );
            CREATE INDEX alert_silence_open ON nba_orchestration.alert_silence (signature) WHERE ended_at IS NULL;

            -- Incidents that are over are looked for by what was told of them, and listed by their age.
            CREATE INDEX alert_by_age ON nba_orchestration.alert (raised_at);

            GRANT INSERT, UPDATE ON nba_orchestration.alert_budget, nba_orchestration.alert_message,
                nba_orchestration.alert_sending TO tipoff_scrapers, tipoff_publishing;
            GRANT DELETE ON nba_orchestration.alert_message TO tipoff_scrapers, tipoff_publishing;
            -- An operator tries the sinks and says what is known; what was said stays as it is.
            GRANT INSERT ON nba_orchestration.alert_message, nba_orchestration.alert_silence TO tipoff_operator;
            GRANT UPDATE (ended_at, ended_by, end_reason) ON nba_orchestration.alert_silence TO tipoff_operator;
            GRANT USAGE ON SEQUENCE nba_orchestration.alert_silence_silence_id_seq TO tipoff_operator;

            COMMENT ON TABLE nba_orchestration.alert_budget IS
                'What has been told of each signature in its current window; all who deliver share it';
            COMMENT ON COLUMN nba_orchestration.alert_budget.signature IS ' |  | what an incident is recognised by';
            COMMENT ON COLUMN nba_orchestration.alert_budget.alert_id IS ' |  | the incident that was looked at last';
            COMMENT ON COLUMN nba_orchestration.alert_budget.occurrences IS 'occurrences |  | of it that have been counted';
            COMMENT ON COLUMN nba_orchestration.alert_budget.told_level IS ' |  | the worst level that was told of it';
            COMMENT ON COLUMN nba_orchestration.alert_budget.is_told IS
                ' |  | whether people were told of an incident and not yet of its end';
            COMMENT ON COLUMN nba_orchestration.alert_budget.window_started_at IS
                'UTC |  | when the window''s first message was decided; null before the first one';
            COMMENT ON COLUMN nba_orchestration.alert_budget.window_occurrences IS 'occurrences |  | in the window';
            COMMENT ON COLUMN nba_orchestration.alert_budget.window_messages IS 'messages |  | in the window';
            COMMENT ON COLUMN nba_orchestration.alert_budget.suppressed IS
                'occurrences |  | since the last message; the next summary gives their number';
            COMMENT ON COLUMN nba_orchestration.alert_budget.is_summarised IS ' |  | whether the window has had its summary';
            COMMENT ON TABLE nba_orchestration.alert_message IS 'What people are told; once a signature and window';
            COMMENT ON COLUMN nba_orchestration.alert_message.message_id IS
                ' |  | travels with the message, so that a receiver recognises one that comes twice';
            COMMENT ON COLUMN nba_orchestration.alert_message.signature IS ' |  | what an incident is recognised by';
            COMMENT ON COLUMN nba_orchestration.alert_message.window_key IS
                ' |  | which message of the signature it is: the window''s start and the number in it, a date, or an id';
            COMMENT ON COLUMN nba_orchestration.alert_message.kind IS
                ' |  | first, escalation, summary, resolve, digest, all_well or test';
            COMMENT ON COLUMN nba_orchestration.alert_message.level IS ' |  | info, warning, error or critical';
            COMMENT ON COLUMN nba_orchestration.alert_message.alert_id IS ' |  | the incident; null where it is about none';
            COMMENT ON COLUMN nba_orchestration.alert_message.body IS ' |  | the message as it is sent';
            COMMENT ON COLUMN nba_orchestration.alert_message.batch IS
                ' |  | the digest that it waits for, during a backfill; null when it is sent by itself';
            COMMENT ON COLUMN nba_orchestration.alert_message.digest_id IS ' |  | the message that held it';
            COMMENT ON COLUMN nba_orchestration.alert_message.is_planned IS
                ' |  | whether its way through the sinks has been laid out';
            COMMENT ON COLUMN nba_orchestration.alert_message.created_by IS ' |  | the process or person that decided it';
            COMMENT ON COLUMN nba_orchestration.alert_message.created_at IS 'UTC |  | when';
            COMMENT ON TABLE nba_orchestration.alert_sending IS 'The way of each message through each sink';
            COMMENT ON COLUMN nba_orchestration.alert_sending.message_id IS ' |  | the message';
            COMMENT ON COLUMN nba_orchestration.alert_sending.sink IS ' |  | log, webhook or command';
            COMMENT ON COLUMN nba_orchestration.alert_sending.state IS ' |  | pending, sent or given_up';
            COMMENT ON COLUMN nba_orchestration.alert_sending.attempts IS 'attempts |  | so far';
            COMMENT ON COLUMN nba_orchestration.alert_sending.next_attempt_at IS
                'UTC |  | not before; also how long an attempt keeps others away';
            COMMENT ON COLUMN nba_orchestration.alert_sending.last_error IS ' |  | why the last attempt failed';
            COMMENT ON COLUMN nba_orchestration.alert_sending.created_at IS 'UTC |  | when it was laid out';
            COMMENT ON COLUMN nba_orchestration.alert_sending.ended_at IS 'UTC |  | when it was sent or given up';
            COMMENT ON TABLE nba_orchestration.alert_silence IS
                'What operators have seen or do not want to hear of for a time; rows stay as a record';
            COMMENT ON COLUMN nba_orchestration.alert_silence.silence_id IS ' |  | counts up';
            COMMENT ON COLUMN nba_orchestration.alert_silence.kind IS
                ' |  | ack: no more of this incident but its end; mute: nothing of the signature at all';
            COMMENT ON COLUMN nba_orchestration.alert_silence.alert_id IS ' |  | the incident of an ack';
            COMMENT ON COLUMN nba_orchestration.alert_silence.signature IS
                ' |  | the signature; of a mute also the beginning of several, with * at its end';
            COMMENT ON COLUMN nba_orchestration.alert_silence.until IS 'UTC |  | when it ends by itself';
            COMMENT ON COLUMN nba_orchestration.alert_silence.reason IS ' |  | why';
            COMMENT ON COLUMN nba_orchestration.alert_silence.actor IS ' |  | who asked for it';
            COMMENT ON COLUMN nba_orchestration.alert_silence.since IS 'UTC |  | when it began';
            COMMENT ON COLUMN nba_orchestration.alert_silence.ended_at IS 'UTC |  | when somebody ended it before its time';
            COMMENT ON COLUMN nba_orchestration.alert_silence.ended_by IS ' |  | who ended it';
            COMMENT ON COLUMN nba_orchestration.alert_silence.end_reason IS ' |  | why it was ended';
            """
    )
}
