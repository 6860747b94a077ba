using System.Formats.Asn1;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;

namespace Saker.Router.Access;

/// <summary>The names in a certificate: the subject's common name and the alternative names that are texts (DNS, URI, e-mail; RFC 5280, 4.2.1.6).</summary>
internal static class CertificateNames
{
    private const string AlternativeNames = "2.5.29.17";
    private static readonly Asn1Tag Mail = new(TagClass.ContextSpecific, 1);
    private static readonly Asn1Tag Dns = new(TagClass.ContextSpecific, 2);
    private static readonly Asn1Tag Uri = new(TagClass.ContextSpecific, 6);

    // A connection has one certificate for all its requests.
    private static readonly ConditionalWeakTable<X509Certificate2, IReadOnlyList<string>> Known = [];

    /// <summary>The names. What of them cannot be read is left out.</summary>
    public static IReadOnlyList<string> Of(X509Certificate2 certificate) => Known.GetValue(certificate, Read);

    private static List<string> Read(X509Certificate2 certificate)
    {
        var names = new List<string>();
        if (certificate.SubjectName.EnumerateRelativeDistinguishedNames().FirstOrDefault(static part => !part.HasMultipleElements && part.GetSingleElementType().Value == "2.5.4.3")?.GetSingleElementValue() is { Length: > 0 } common)
        {
            names.Add(common);
        }

        foreach (var extension in certificate.Extensions.Where(static extension => extension.Oid?.Value == AlternativeNames))
        {
            try
            {
                var sequence = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
                while (sequence.HasData)
                {
                    var tag = sequence.PeekTag();
                    if (tag == Mail || tag == Dns || tag == Uri)
                    {
                        names.Add(sequence.ReadCharacterString(UniversalTagNumber.IA5String, tag));
                    }
                    else
                    {
                        sequence.ReadEncodedValue();
                    }
                }
            }
            catch (AsnContentException)
            {
                // Its authority signed it all the same; a name that cannot be read is nobody's.
            }
        }

        return names;
    }
}
