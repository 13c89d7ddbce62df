import * as T from './token.ts';

/**
 * What words mean in the SQL dialects that matter here (standard, MySQL, PostgreSQL, SQL Server, Oracle, SQLite), grouped by
 * what a grammar may do with them. A word that is not here is a name.
 */
export const WORDS: readonly (readonly [kind: number, words: string])[] = [
  [T.OPERATOR, 'div'],
  [T.LOGIC, 'and or xor'],
  [T.NOT, 'not'],
  [T.MATCHES, 'like rlike regexp ilike glob similar sounds contains match against overlaps startswith freetext'],
  [T.IS, 'is'],
  [T.IN, 'in'],
  [T.BETWEEN, 'between'],
  [T.PREFIX, 'binary distinct distinctrow any some exists interval prior row escape using'],
  [
    T.CONSTANT,
    `null unknown default current_user current_date current_time current_timestamp session_user system_user
     localtime localtimestamp rownum sysdate systimestamp rowid`,
  ],
  [T.BOOLEAN, 'true false'],
  [T.UNION, 'union intersect except minus'],
  [T.ALL, 'all'],
  [T.SELECT, 'select'],
  [T.VALUES, 'values'],
  [T.FROM, 'from'],
  [T.WHERE, 'where'],
  [T.ORDER, 'order group partition cluster'],
  [T.BY, 'by'],
  [T.HAVING, 'having'],
  [T.LIMIT, 'limit offset'],
  [T.INTO, 'into'],
  [T.OUTFILE, 'outfile dumpfile'],
  [T.PROCEDURE, 'procedure'],
  [T.CASE, 'case'],
  [T.WHEN, 'when'],
  [T.ELSE, 'then else'],
  [T.END_CASE, 'end'],
  [T.AS, 'as'],
  [T.COLLATE, 'collate'],
  [T.SORTED, 'asc desc'],
  [T.WAITFOR, 'waitfor'],
  [T.DELAY, 'delay'],
  [T.JOIN, 'join straight_join'],
  [T.INSERT, 'insert replace'],
  [T.UPDATE, 'update'],
  [T.DELETE, 'delete'],
  [T.DEFINE, 'create alter drop truncate rename'],
  [
    T.OBJECT,
    `table database schema view function index user login role trigger sequence tablespace event server temporary temp
     column constraint package assembly endpoint credential extension domain type synonym materialized unique`,
  ],
  [T.EXECUTE, 'exec execute call prepare'],
  [T.DECLARE, 'declare'],
  [T.SET, 'set'],
  [T.SHUTDOWN, 'shutdown reconfigure commit rollback'],
  [
    T.COMMAND,
    `show describe explain use help handler kill flush reset backup restore vacuum analyze attach detach pragma lock unlock
     grant revoke load copy merge deallocate begin savepoint dbcc bulk while print raiserror goto do listen notify
     checkpoint optimize repair install uninstall purge deny openrowset with`,
  ],
  [T.IF, 'if iif'],
  [
    T.TYPE,
    `int integer varchar char2 nvarchar nchar varchar2 bigint smallint tinyint decimal numeric float double real text blob clob
     datetime boolean bool bit signed unsigned varbinary uuid json xml money`,
  ],
  [
    T.DANGEROUS,
    `sleep benchmark pg_sleep pg_sleep_for pg_sleep_until load_file extractvalue updatexml randomblob load_extension
     xp_cmdshell xp_dirtree xp_fileexist xp_regread xp_regwrite xp_subdirs xp_servicecontrol xp_availablemedia xp_enumdsn
     xp_loginconfig xp_makecab xp_ntsec_enumdomains xp_terminate_process sp_executesql sp_oacreate sp_oamethod sp_configure
     sp_makewebtask sp_addextendedproc sp_password sp_prepare sp_addlogin sp_addsrvrolemember
     pg_read_file pg_ls_dir pg_read_binary_file lo_import lo_export lo_get dblink dblink_connect query_to_xml
     database_to_xml xmltype dbms_pipe dbms_lock dbms_xmlgen dbms_java dbms_ldap dbms_scheduler dbms_sql dbms_assert
     dbms_utility dbms_export_extension dbms_session utl_http utl_inaddr utl_file utl_smtp utl_tcp httpuritype ctxsys ordsys
     name_const get_lock release_lock release_all_locks is_free_lock is_used_lock master_pos_wait  analyse
     sys_eval sys_exec sys_get opendatasource openquery fn_xe_file_target_read_file fn_get_audit_file
     st_latfromgeohash st_longfromgeohash st_pointfromgeohash gtid_subset gtid_subtract json_keys geometrycollection
     multipoint polygon multipolygon linestring multilinestring readfile writefile  
      sys_context generate_series `,
  ],
  [
    T.REVEALING,
    `version user database schema_name current_database current_schema current_setting  session connection_id
     last_insert_id row_count found_rows uuid_short host_name hostname app_name db_name db_id user_name user_id suser_name
     suser_sname suser_sid is_srvrolemember is_member serverproperty databasepropertyex object_id object_name col_name
     col_length  pg_user inet_server_addr inet_server_port inet_client_addr has_table_privilege
     has_database_privilege has_schema_privilege pg_backend_pid pg_database_size pg_client_encoding pg_typeof
     sqlite_version sqlite_compileoption_get sqlite_source_id total_changes changes typeof
     ascii ord char chr unichr unicode  substring substr substrb mid left right length char_length
     character_length octet_length bit_length datalength len instr position locate charindex patindex lpad rpad reverse hex
     unhex bin oct conv concat concat_ws group_concat string_agg listagg wm_concat stuff quotename elt field make_set
     export_set find_in_set soundex bit_count bit_and bit_or bit_xor compress uncompress
     decode encode convert cast try_cast try_convert to_char to_number to_date to_clob to_hex ifnull nullif coalesce nvl nvl2
     greatest least md5 sha sha1 sha2 password old_password aes_encrypt aes_decrypt des_encrypt des_decrypt encrypt crc32
     rawtohex hextoraw  rand random setseed newid row_number dense_rank json_extract json_value json_query json_object
     json_array json_arrayagg json_contains xmlelement xmlagg xmlforest xmlquery xmlconcat query regexp_like regexp_substr
     regexp_replace regexp_instr regexp_count translate ltrim rtrim space repeat replicate nchar quote quote_literal
     quote_ident quote_nullable  zeroblob likelihood   to_base64 from_base64 inet_aton inet_ntoa
     inet6_aton inet6_ntoa uncompressed_length weight_string  isnumeric openxml checksum binary_checksum
     hashbytes getdate getutcdate sysutcdatetime dateadd datediff datepart datename timestampdiff timestampadd
     unix_timestamp from_unixtime date_format str_to_date date_add date_sub  lag lead first_value last_value
      asciistr bitand ora_hash sys_guid userenv any_value   array_to_string string_to_array
     regexp_matches regexp_split_to_table unnest row_to_json to_json to_jsonb jsonb_build_object 
     xpath xpath_exists isjson openjson parsename format_type obj_description`,
  ],
  [
    T.COMMON,
    `abs acos asin atan atan2 ceil ceiling cos cot degrees exp floor ln log log10 log2 mod pi pow power radians round sign sin
     sqrt tan trunc sum min max avg count std stddev variance median mode lower upper lcase ucase trim initcap 
     format now date time timestamp day month year hour minute second week weekday quarter curdate curtime makedate
     extract adddate subdate last_day dayname monthname dayofweek dayofmonth dayofyear total printf iff`,
  ],
];
