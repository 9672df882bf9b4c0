using System.Globalization;
using System.Text;
using System.Xml;
using Llamax.Corpus.Reading;

namespace Llamax.Corpus.Writing;

/// <summary>What TMX and XLIFF have in common: UTF-8, a unit a line, white space kept.</summary>
internal abstract class XmlUnitWriter : RecordWriter
{
    private readonly Stream _stream;

    protected XmlUnitWriter(Stream stream)
    {
        _stream = stream;
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        Xml = XmlWriter.Create(stream, new() { Encoding = utf8, NewLineHandling = NewLineHandling.Entitize });
    }

    protected XmlWriter Xml { get; }

    public override string? Write(ReadOnlySpan<string> texts, ExtraColumns? columns)
    {
        foreach (var text in (string[])[.. texts, .. columns?.Names ?? [], .. columns?.Values ?? []])
            for (var i = 0; i < text.Length; i++)
                if (!XmlConvert.IsXmlChar(text[i]) && !char.IsSurrogate(text[i]))
                    return string.Create(CultureInfo.InvariantCulture, $"the character U+{(int)text[i]:X4}, which XML cannot hold");
        if (columns is not null && FixedColumns.Repeated(columns.Names) is { } repeated)
            return repeated;
        WriteUnit(texts[0], texts[1], columns);
        Xml.WriteRaw("\n");
        return null;
    }

    public override void Finish()
    {
        Xml.WriteEndDocument();
        Xml.Flush();
        _stream.WriteByte((byte)'\n');
    }

    public override void Dispose()
    {
        Xml.Dispose();
        base.Dispose();
    }

    protected abstract void WriteUnit(string source, string target, ExtraColumns? columns);

    protected void WriteLanguage(string language) => Xml.WriteAttributeString("xml", "lang", null, language);
}

/// <summary>TMX 1.4; further columns are properties of the unit.</summary>
internal sealed class TmxWriter : XmlUnitWriter
{
    private readonly string _source;
    private readonly string _target;

    public TmxWriter(Stream stream, string source, string target)
        : base(stream)
    {
        (_source, _target) = (source, target);
        Xml.WriteStartElement("tmx");
        Xml.WriteAttributeString("version", "1.4");
        Xml.WriteRaw("\n");
        Xml.WriteStartElement("header");
        foreach (var (name, value) in (ReadOnlySpan<(string, string)>)
            [("creationtool", "llamax"), ("creationtoolversion", "1"), ("segtype", "sentence"), ("o-tmf", "llamax"),
                ("adminlang", "en"), ("srclang", source), ("datatype", "plaintext")])
            Xml.WriteAttributeString(name, value);
        Xml.WriteEndElement();
        Xml.WriteRaw("\n");
        Xml.WriteStartElement("body");
        Xml.WriteRaw("\n");
    }

    protected override void WriteUnit(string source, string target, ExtraColumns? columns)
    {
        Xml.WriteStartElement("tu");
        for (var i = 0; i < columns?.Names.Count; i++)
        {
            Xml.WriteStartElement("prop");
            Xml.WriteAttributeString("type", columns.Names[i]);
            Xml.WriteString(columns.Values[i]);
            Xml.WriteEndElement();
        }

        foreach (var (language, text) in (ReadOnlySpan<(string, string)>)[(_source, source), (_target, target)])
        {
            Xml.WriteStartElement("tuv");
            WriteLanguage(language);
            Xml.WriteElementString("seg", text);
            Xml.WriteEndElement();
        }

        Xml.WriteEndElement();
    }
}

/// <summary>XLIFF 2.0, a unit with one segment for each pair; further columns are notes of a category.</summary>
internal sealed class XliffWriter : XmlUnitWriter
{
    private const string Core = "urn:oasis:names:tc:xliff:document:2.0";

    private long _units;

    public XliffWriter(Stream stream, string source, string target)
        : base(stream)
    {
        Xml.WriteStartElement("xliff", Core);
        Xml.WriteAttributeString("version", "2.0");
        Xml.WriteAttributeString("srcLang", source);
        Xml.WriteAttributeString("trgLang", target);
        Xml.WriteRaw("\n");
        Xml.WriteStartElement("file", Core);
        Xml.WriteAttributeString("id", "f1");
        Xml.WriteRaw("\n");
    }

    protected override void WriteUnit(string source, string target, ExtraColumns? columns)
    {
        Xml.WriteStartElement("unit", Core);
        Xml.WriteAttributeString("id", (++_units).ToString(CultureInfo.InvariantCulture));
        if (columns is not null)
        {
            Xml.WriteStartElement("notes", Core);
            for (var i = 0; i < columns.Names.Count; i++)
            {
                Xml.WriteStartElement("note", Core);
                Xml.WriteAttributeString("category", columns.Names[i]);
                Xml.WriteString(columns.Values[i]);
                Xml.WriteEndElement();
            }

            Xml.WriteEndElement();
        }

        Xml.WriteStartElement("segment", Core);
        foreach (var (side, text) in (ReadOnlySpan<(string, string)>)[("source", source), ("target", target)])
        {
            Xml.WriteStartElement(side, Core);
            Xml.WriteAttributeString("xml", "space", null, "preserve");
            Xml.WriteString(text);
            Xml.WriteEndElement();
        }

        Xml.WriteEndElement();
        Xml.WriteEndElement();
    }
}
