//! Teachers: chat requests and answers, the layers between them, the durable answer store, prompts and parsing.
