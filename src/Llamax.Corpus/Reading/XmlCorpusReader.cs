using System.Globalization;
using System.Text;
using System.Xml;
using Llamax.Runs;

namespace Llamax.Corpus.Reading;

/// <summary>
/// Walks through an XML corpus of any size. A document type is passed over: nothing is fetched, and an entity of its own is an error, so
/// that no file can make itself larger than it is. The encoding is the one that the file declares.
/// </summary>
internal sealed class XmlCorpusReader : IDisposable
{
    private const int DeepestNesting = 200;

    private readonly XmlReader _xml;
    private readonly CancellationToken _cancellation;

    public XmlCorpusReader(string path, CancellationToken cancellation)
    {
        (Name, _cancellation) = (CorpusStream.NameOf(path), cancellation);
        var settings = new XmlReaderSettings
        {
            DtdProcessing = DtdProcessing.Ignore,
            XmlResolver = null,
            CloseInput = true,
            IgnoreComments = true,
            IgnoreProcessingInstructions = true,
        };
        var stream = new TagLimit(CorpusStream.Open(path), Name, cancellation);
        _xml = Checked(() => XmlReader.Create(stream, settings));
    }

    /// <summary>What messages call the file.</summary>
    public string Name { get; }

    /// <summary>The line on which the reader stands.</summary>
    public long Line => ((IXmlLineInfo)_xml).LineNumber;

    public int Depth => _xml.Depth;

    public bool IsStart(string name) => _xml.NodeType == XmlNodeType.Element && _xml.LocalName == name;

    public bool IsStart() => _xml.NodeType == XmlNodeType.Element;

    /// <summary>The local name of the element on which the reader stands.</summary>
    public string Element => _xml.LocalName;

    /// <summary>The first of the attributes that the element has, with or without a prefix; null where it has none.</summary>
    public string? Attribute(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            if (_xml.GetAttribute(name) is { } value)
                return value;
        return null;
    }

    /// <summary>To the next node; false at the end.</summary>
    /// <exception cref="RequestException">The XML or its compression is damaged.</exception>
    public bool Read()
    {
        _cancellation.ThrowIfCancellationRequested();
        var more = Checked(_xml.Read);
        return _xml.Depth <= DeepestNesting
            ? more
            : throw new RequestException(
                $"elements are nested more than {DeepestNesting} deep", CorpusFile.Origin(Name, Line), "check what file this is");
    }

    /// <summary>To each child element of the element on which the reader stands; whoever enters one must leave it at its end.</summary>
    public IEnumerable<string> Children()
    {
        if (_xml.IsEmptyElement)
            yield break;
        var depth = _xml.Depth;
        while (Read() && _xml.Depth > depth)
        {
            if (_xml.NodeType != XmlNodeType.Element)
                continue;
            yield return _xml.LocalName;
            if (_xml.NodeType == XmlNodeType.Element && !_xml.IsEmptyElement)
                Skip();
        }
    }

    /// <summary>To the end of the element on which the reader stands.</summary>
    public void Skip()
    {
        var depth = _xml.Depth;
        if (!_xml.IsEmptyElement)
            while (Read() && _xml.Depth > depth)
            {
            }
    }

    /// <summary>
    /// The text of the element on which the reader stands, to its end, without what stands in the elements that hold native codes; null
    /// where it is longer than any line may be.
    /// </summary>
    /// <param name="isCode">Whether an element of this name holds codes of the original document instead of text.</param>
    public string? Text(Func<string, bool> isCode)
    {
        if (_xml.IsEmptyElement)
            return "";
        var depth = _xml.Depth;
        var text = new StringBuilder();
        var tooLong = false;
        var buffer = new char[4096];
        while (Read() && _xml.Depth > depth)
        {
            switch (_xml.NodeType)
            {
                case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace:
                    for (int count; (count = Checked(() => _xml.ReadValueChunk(buffer, 0, buffer.Length))) > 0;)
                    {
                        tooLong |= text.Length + count > CorpusFile.LongestLineBytes;
                        if (!tooLong)
                            text.Append(buffer, 0, count);
                    }

                    break;
                case XmlNodeType.Element when _xml.LocalName == "cp" && Attribute("hex") is { } hex:
                    // XLIFF 2 spells the characters that XML cannot hold.
                    if (int.TryParse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code) && code < 0xD800)
                        text.Append((char)code);
                    break;
                case XmlNodeType.Element when isCode(_xml.LocalName):
                    Skip();
                    break;
            }
        }

        return tooLong ? null : text.ToString();
    }

    public void Dispose() => _xml.Dispose();

    private T Checked<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (XmlException error)
        {
            throw new RequestException(
                $"no valid XML ({error.Message})",
                CorpusFile.Origin(Name, Math.Max(1, error.LineNumber)),
                "mend the file there, or make it again; entities of its own are not read",
                error);
        }
        catch (Exception error) when (error is ArgumentException or NotSupportedException)
        {
            throw new RequestException($"the encoding cannot be read ({error.Message})", Name, "convert the file to UTF-8", error);
        }
    }
}
