namespace Llamax.Corpus.Packing;

/// <summary>
/// Versions 1 and 2 of the packed files, all numbers little-endian. Version 2 has several stages, version 1 is a single one.
/// <code>
/// NAME.tokens   block after block, each of blockLength ids in 2 bytes (vocabulary up to 65,536) or 4 bytes; padding closes a block
/// NAME.index    header (<see cref="HeaderLength"/> bytes)
///                 0  8  "LLAMAXPK"            24  8  blocks              56  8  start of the block table
///                 8  4  version               32  8  documents           64  8  length of this file
///                12  4  block length          40  8  tokens              72 32  SHA-256 of NAME.tokens
///                16  4  vocabulary size       48  8  start of the names 104 32  SHA-256 of this file from byte 136, then bytes 0 … 103
///                20  4  bytes per id
///               one record per block: documents (4), then for each document
///                 kind (1), zero (1), source (2), target (2), loss ranges (2), length (4), and for each range: start (4), length (4)
///               names: count (4), then for each: bytes (4), UTF-8; the first is the tokenizer's fingerprint, the rest languages
///               block table: start of each block's record (8 each), and one more: their end
///               in version 2, stages: count (4), then for each: blocks (4)
/// NAME.origins  header: "LLAMAXPO", version (4), zero (4), blocks (8), start of the names (8), start of the block table (8), SHA-256 of
///               NAME.tokens (32), SHA-256 of what follows the header (32); training does not read this file
///               one record per block: documents, then for each document its file's number, its line + 1 (0 = the file as a whole) and the
///               entries of the built set that it stands for, all as 7-bit encoded numbers
///               names of the files and block table as in NAME.index
/// </code>
/// </summary>
internal static class PackedFormat
{
    public const string TokensExtension = ".tokens";
    public const string IndexExtension = ".index";
    public const string OriginsExtension = ".origins";
    public const int MostStages = 1 << 16;
    public const int HeaderLength = 136;
    public const int DocumentRecordLength = 12;
    public const int RangeLength = 8;
    public const int HashedHeaderLength = 104;

    public static ReadOnlySpan<byte> Magic => "LLAMAXPK"u8;

    public static int VersionOf(int stages) => stages > 1 ? 2 : 1;

    public static int TokenWidth(int vocabularySize) => vocabularySize <= 1 << 16 ? 2 : 4;
}
