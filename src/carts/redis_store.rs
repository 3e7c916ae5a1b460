//! Carts in Redis: a hash for each, with its version, the time when it goes, the keys under which
//! it was changed, and a field for each line. Scripts change them, so that of two who change one
//! at the same time each sees what the other has done.

use std::{collections::HashMap, sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use redis::{Cmd, FromRedisValue, aio::ConnectionManager};
use uuid::Uuid;

use super::{Change, Kept, LIFE, Line, MOST_KEYS, MOST_LINES, MOST_PORTIONS, Outcome, What, Whose};
use crate::error::{Error, Result};

/// Longest wait for Redis. Nobody else has the carts.
const TIMEOUT: Duration = Duration::from_millis(500);

/// What both scripts begin with. A line is `QUANTITY PLACE ADDED PRICE CURRENCY`, where the place
/// is that among the lines; a key `NAME:PRINT:WHEN `, always as long.
const COMMON: &str = "
local function read(cart)
    local found, lines, count = redis.call('HGETALL', cart), {}, 0
    local meta = { version = '0', place = '0', keys = '' }
    for i = 1, #found, 2 do
        local item = string.match(found[i], '^line:(.*)')
        if item then
            local quantity, place, rest = string.match(found[i + 1], '^(%d+) (%d+) (.*)$')
            lines[item] = { quantity = tonumber(quantity), place = tonumber(place), rest = rest }
            count = count + 1
        else
            meta[found[i]] = found[i + 1]
        end
    end
    return lines, count, meta
end
local function write(cart, item, line)
    redis.call('HSET', cart, 'line:' .. item, line.quantity .. ' ' .. line.place .. ' ' .. line.rest)
end
local function close(cart, meta, keys, expires, life, most)
    local kept = string.sub(meta.keys .. keys, -most)
    redis.call('HSET', cart, 'version', tonumber(meta.version) + 1, 'place', meta.place,
        'keys', kept, 'expires', expires)
    redis.call('PEXPIRE', cart, life)
end
local life, expires, most_keys = ARGV[1], ARGV[2], tonumber(ARGV[3])
local most_lines, most_portions = tonumber(ARGV[4]), tonumber(ARGV[5])
";

const CHANGE: &str = "
local cart = KEYS[1]
local lines, count, meta = read(cart)
local makes, expected, name, print, when = ARGV[6], ARGV[7], ARGV[8], ARGV[9], ARGV[10]
local what, item, quantity, rest = ARGV[11], ARGV[12], tonumber(ARGV[13]), ARGV[14]
if makes == '0' and meta.version == '0' then return { 'missing' } end
local key = ''
if name ~= '' then
    local used, at = string.match(meta.keys, name .. ':(%x+):(%d+)')
    if used == print then return { 'again' } end
    if used then return { 'reused', at } end
    key = name .. ':' .. print .. ':' .. when .. ' '
end
local old, changed = lines[item], false
if what == 'add' then
    changed = true
elseif what == 'set' then
    local price = string.match(rest, ' (.*)$')
    changed = not old or old.quantity ~= quantity or string.match(old.rest, ' (.*)$') ~= price
elseif what == 'remove' then
    changed = old ~= nil
elseif what == 'clear' then
    changed = count > 0
else
    for i = 12, #ARGV, 2 do changed = changed or lines[ARGV[i]] ~= nil end
end
if not changed then return { 'done' } end
if expected ~= '' and expected ~= meta.version then return { 'version', meta.version } end
if what == 'add' or what == 'set' then
    if what == 'add' and old then quantity = quantity + old.quantity end
    if quantity > most_portions then return { 'many', old and old.quantity or 0 } end
    if not old and count >= most_lines then return { 'full' } end
    local place = old and old.place
    if old then
        rest = string.match(old.rest, '^%d+') .. string.match(rest, ' .*$')
    else
        place = tonumber(meta.place) + 1
        meta.place = place
    end
    write(cart, item, { quantity = quantity, place = place, rest = rest })
elseif what == 'remove' then
    redis.call('HDEL', cart, 'line:' .. item)
elseif what == 'clear' then
    for known in pairs(lines) do redis.call('HDEL', cart, 'line:' .. known) end
else
    for i = 12, #ARGV, 2 do
        local line = lines[ARGV[i]]
        if line then
            line.quantity = line.quantity - tonumber(ARGV[i + 1])
            if line.quantity > 0 then
                write(cart, ARGV[i], line)
            else
                redis.call('HDEL', cart, 'line:' .. ARGV[i])
                lines[ARGV[i]] = nil
            end
        end
    end
end
close(cart, meta, key, expires, life, most_keys)
return { 'done' }";

const MERGE: &str = "
local from, into = KEYS[1], KEYS[2]
local brought, _, other = read(from)
if other.version == '0' then return end
redis.call('DEL', from)
local lines, count, meta = read(into)
local order = {}
for item in pairs(brought) do order[#order + 1] = item end
table.sort(order, function(a, b) return brought[a].place < brought[b].place end)
for _, item in ipairs(order) do
    local line, old = brought[item], lines[item]
    if old then
        old.quantity = math.min(old.quantity + line.quantity, most_portions)
        write(into, item, old)
    elseif count < most_lines then
        count = count + 1
        meta.place = tonumber(meta.place) + 1
        line.place = meta.place
        write(into, item, line)
    end
end
close(into, meta, other.keys, expires, life, most_keys)";

/// The length of a key among those that a cart remembers.
const KEY_LENGTH: usize = 32 + 1 + 32 + 1 + 13 + 1;

#[derive(Clone, Debug)]
pub struct RedisStore {
    connection: ConnectionManager,
    database: Arc<str>,
}

impl RedisStore {
    pub fn new(connection: ConnectionManager, database: Arc<str>) -> Self {
        Self {
            connection,
            database,
        }
    }

    pub async fn read(&self, of: &[Whose]) -> Result<Vec<Option<Kept>>> {
        let mut pipeline = redis::pipe();
        for whose in of {
            pipeline.cmd("HGETALL").arg(self.name(whose));
        }
        let mut connection = self.connection.clone();
        let asked = pipeline.query_async::<Vec<HashMap<String, String>>>(&mut connection);
        let found = heed(tokio::time::timeout(TIMEOUT, asked).await)?;
        let read = |fields: HashMap<String, String>| match fields.is_empty() {
            true => Ok(None),
            false => match kept(&fields) {
                Some(kept) => Ok(Some(kept)),
                None => Err(Error::internal(anyhow::anyhow!("a cart cannot be read"))),
            },
        };
        found.into_iter().map(read).collect()
    }

    pub async fn change(&self, of: &Whose, change: &Change, now: DateTime<Utc>) -> Result<Outcome> {
        let mut command = script(CHANGE, &[self.name(of)], now);
        command.arg(u8::from(change.makes));
        let expected = change.expected_version.map(|version| version.to_string());
        command.arg(expected.unwrap_or_default());
        let key = change.key.as_ref();
        command.arg(key.map_or("", |key| &key.name));
        command.arg(key.map_or("", |key| &key.print));
        command.arg(format!("{:013}", now.timestamp_millis()));
        match &change.what {
            What::Add(line) => put(&mut command, "add", line),
            What::Set(line) => put(&mut command, "set", line),
            What::Remove(item) => {
                command.arg("remove").arg(item.simple().to_string());
            }
            What::Clear => {
                command.arg("clear");
            }
            What::Take(taken) => {
                command.arg("take");
                for (item, portions) in taken {
                    command.arg(item.simple().to_string()).arg(portions);
                }
            }
        }
        let said: Vec<String> = self.run(&command).await?;
        let number = || said.get(1).and_then(|number| number.parse::<i64>().ok());
        let small = || number().and_then(|number| i32::try_from(number).ok());
        let outcome = match said.first().map(String::as_str) {
            Some("done") => Some(Outcome::Done),
            Some("again") => Some(Outcome::Again),
            Some("missing") => Some(Outcome::Missing),
            Some("full") => Some(Outcome::Full),
            Some("version") => small().map(Outcome::Version),
            Some("many") => small().map(|has| Outcome::TooMany { has }),
            Some("reused") => number()
                .and_then(DateTime::from_timestamp_millis)
                .map(Outcome::KeyReused),
            _ => None,
        };
        outcome.ok_or_else(|| Error::internal(anyhow::anyhow!("a cart answered {said:?}")))
    }

    pub async fn merge(&self, from: &Whose, into: &Whose, now: DateTime<Utc>) -> Result<()> {
        let names = [self.name(from), self.name(into)];
        self.run(&script(MERGE, &names, now)).await
    }

    async fn run<T: FromRedisValue>(&self, command: &Cmd) -> Result<T> {
        let mut connection = self.connection.clone();
        heed(tokio::time::timeout(TIMEOUT, command.query_async(&mut connection)).await)
    }

    fn name(&self, of: &Whose) -> String {
        let database = &self.database;
        match of {
            Whose::Account(account) => format!("thali:c:{database}:a:{}", account.simple()),
            Whose::Token(hash) => format!("thali:c:{database}:t:{hash}"),
        }
    }
}

fn script(script: &str, names: &[String], now: DateTime<Utc>) -> Cmd {
    let mut command = redis::cmd("EVAL");
    command.arg(format!("{COMMON}{script}")).arg(names.len());
    command.arg(names);
    command.arg(LIFE.num_milliseconds());
    command.arg((now + LIFE).timestamp_millis());
    command.arg(MOST_KEYS * KEY_LENGTH);
    command.arg(MOST_LINES).arg(MOST_PORTIONS);
    command
}

fn put(command: &mut Cmd, what: &str, line: &Line) {
    command.arg(what).arg(line.item.simple().to_string());
    command.arg(line.quantity);
    let added = line.added_at.timestamp_millis();
    let (price, currency) = (line.unit_price_minor, &line.currency);
    command.arg(format!("{added} {price} {currency}"));
}

fn heed<T, E>(answer: Result<redis::RedisResult<T>, E>) -> Result<T> {
    match answer {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => {
            tracing::warn!(%error, "Redis does not answer for carts");
            Err(Error::Unavailable)
        }
        Err(_) => {
            tracing::warn!("Redis takes too long for carts");
            Err(Error::Unavailable)
        }
    }
}

/// A cart by the fields of its hash.
fn kept(fields: &HashMap<String, String>) -> Option<Kept> {
    let moment = |millis: &str| DateTime::from_timestamp_millis(millis.parse().ok()?);
    let mut lines = Vec::with_capacity(fields.len());
    for (name, value) in fields {
        let Some(item) = name.strip_prefix("line:") else {
            continue;
        };
        let mut parts = value.split(' ');
        let quantity = parts.next()?.parse().ok()?;
        let place: i64 = parts.next()?.parse().ok()?;
        let line = Line {
            item: Uuid::try_parse(item).ok()?,
            quantity,
            added_at: moment(parts.next()?)?,
            unit_price_minor: parts.next()?.parse().ok()?,
            currency: parts.next()?.to_owned(),
        };
        lines.push((place, line));
    }
    lines.sort_unstable();
    Some(Kept {
        version: fields.get("version")?.parse().ok()?,
        lines: lines.into_iter().map(|(_, line)| line).collect(),
        expires_at: Some(moment(fields.get("expires")?)?),
    })
}
